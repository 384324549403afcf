import type { Scenario } from '../scenarios/scenario.ts'
import { NetsimError } from '../errors.ts'
import type { HoldUps } from './hold-up.ts'
import type { HoldUpMeter } from './hold-up-meter.ts'
import type { Program, ProgramEvent } from './program.ts'
import { audienceHosts, type Stage } from './stage.ts'

/** What a crowd of listeners came to. */
export interface AudienceOutcome {
  listeners: number
  /** Of those who heard something, from their release, ms, in order. */
  firstSoundMs: number[]
  /** The longest silence of each that had one, ms. */
  gapsMs: number[]
  /** Who still played at the end. */
  playing: number
}

type Planned = NonNullable<Scenario['audience']>

const READY_MS = 30_000
/** Of 50 frames a second. */
const PLAYS_FRAMES = 30

/** Processes full of listeners: started and loaded early, released at once. */
export class Audience {
  readonly #planned: Planned | undefined
  readonly #hosts: Program[] = []
  readonly #meter: HoldUpMeter
  #releasedAtMs = 0

  constructor({ audience }: Scenario, meter: HoldUpMeter) {
    this.#planned = audience
    this.#meter = meter
  }

  /** They are there, and wait. */
  async gather(stage: Stage, link: string): Promise<void> {
    if (this.#planned === undefined) return
    for (const id of audienceHosts(this.#planned)) {
      const host = stage.runAudience(id, this.#arguments(stage, link, this.#planned))
      this.#hosts.push(host)
      this.#meter.watch(host.child.pid)
    }
    for (const host of this.#hosts)
      if ((await host.until('ready', READY_MS)) === undefined)
        throw NetsimError.labFailed(`the audience does not come: ${host.describe()}`)
  }

  #arguments({ bootstrap }: Stage, link: string, { each, staysMs = 0 }: Planned): string[] {
    return [link, bootstrap, String(each), String(staysMs)]
  }

  /** All at once; then waits until everybody hears something, or the time is over. */
  async release(): Promise<void> {
    if (this.#planned === undefined) return
    const { withinMs } = this.#planned
    this.#releasedAtMs = Date.now()
    for (const { child } of this.#hosts) child.stdin?.write('go\n')
    const until = performance.now() + 2 * withinMs
    while (performance.now() < until && this.#heard().length < this.#size) await this.#meter.sleep(200)
  }

  /** Ends them. Undefined when there is no audience. */
  async leave(gapsFromMs: number): Promise<AudienceOutcome | undefined> {
    if (this.#planned === undefined) return undefined
    const playing = this.#hosts.reduce((sum, host) => sum + playingOf(host.of('stats')), 0)
    await Promise.all(this.#hosts.map((host) => host.stop()))
    return {
      listeners: this.#size,
      firstSoundMs: this.#heard(),
      gapsMs: this.#hosts.flatMap((host) => longestGaps(host.of('gap').filter(({ t }) => t >= gapsFromMs))),
      playing,
    }
  }

  get #size(): number {
    return (this.#planned?.hosts ?? 0) * (this.#planned?.each ?? 0)
  }

  #heard(): number[] {
    const first = this.#hosts.flatMap((host) => host.of('first-audio'))
    return first.map(({ t }) => t - this.#releasedAtMs).toSorted((a, b) => a - b)
  }
}

/** What is wrong with an audience. */
export function judgeAudience(
  { audience }: Scenario,
  outcome: AudienceOutcome | undefined,
  held: HoldUps,
): string[] {
  if (audience === undefined) return []
  if (outcome === undefined) return ['the audience did not come']
  const { listeners, firstSoundMs, gapsMs, playing } = outcome
  const { withinMs, maxGapMs = Infinity, staysMs } = audience
  // A crowd is what holds the machine up: that excuses nothing.
  const inTime = firstSoundMs.filter((ms) => ms <= withinMs).length
  const worstMs = Math.max(0, ...gapsMs)
  const checks: [boolean, string][] = [
    [inTime === listeners, `${inTime} of ${listeners} heard it within ${withinMs} ms of their release`],
    [staysMs !== undefined || playing === listeners, `${playing} of ${listeners} play at the end`],
    [
      worstMs <= maxGapMs + held.excuseMs(maxGapMs),
      `a gap of ${worstMs} ms in the audience, more than ${maxGapMs}`,
    ],
  ]
  return checks.filter(([good]) => !good).map(([, problem]) => problem)
}

/** Those whose frames of the last two looks grew. */
function playingOf(stats: readonly ProgramEvent[]): number {
  const [before, last] = stats
    .slice(-2)
    .map(({ played }) => (Array.isArray(played) ? played.map(Number) : []))
  if (before === undefined || last === undefined) return 0
  return last.filter((frames, id) => frames - (before[id] ?? 0) >= PLAYS_FRAMES).length
}

function longestGaps(gaps: readonly ProgramEvent[]): number[] {
  const byListener = Map.groupBy(gaps, ({ id }) => id)
  return [...byListener.values()].map((all) => Math.max(...all.map(({ ms }) => Number(ms))))
}
