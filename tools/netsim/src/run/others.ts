import type { Expectation, Other, Scenario } from '../scenarios/scenario.ts'
import type { Cast } from './cast.ts'
import type { HoldUpMeter } from './hold-up-meter.ts'
import type { HoldUps } from './hold-up.ts'
import { heardBy } from './outcome.ts'
import type { Program } from './program.ts'
import { judge, type OtherOutcome } from './verdict.ts'

/** Each is waited for so long, until it hears something or is told why not. */
export const OTHER_COMES_MS = 10_000

interface Here {
  planned: Other
  /** When it was asked to leave, Unix time, ms; undefined while it stays. */
  leftAtMs?: number
  program: Program
  startedAt: number
  /** What the machine held up until its first sound. */
  startMs: number
}

/** The listeners that come after the first. Their sound is not recorded: they tell of gaps themselves. */
export class Others {
  /** When the last of them and the last step were over, Unix time, ms. */
  beganMs = 0
  readonly #cast: Cast
  readonly #meter: HoldUpMeter
  readonly #planned: readonly Other[]
  readonly #command: readonly string[]
  readonly #here: Here[] = []
  readonly #staysMs: number
  readonly #leaving: Promise<void>[] = []

  constructor(
    cast: Cast,
    meter: HoldUpMeter,
    { others = [], listen = [], listenMs = 0 }: Scenario,
    link: string,
  ) {
    this.#staysMs = listenMs
    this.#cast = cast
    this.#meter = meter
    this.#planned = others
    this.#command = ['listen', link, '--output', 'null', ...listen]
  }

  /** One after the other. */
  async come(): Promise<void> {
    for (const planned of this.#planned) {
      const startedAt = Date.now()
      const { totalMs } = this.#meter.figures(0)
      const program = this.#cast.start(planned.id, this.#command)
      await Promise.race(['first-audio', 'error'].map((event) => program.until(event, OTHER_COMES_MS)))
      const startMs = this.#meter.figures(0).totalMs - totalMs
      const here: Here = { planned, program, startedAt, startMs }
      this.#here.push(here)
      // A pair of a row has been seen then, and makes room on the machine.
      if (planned.pair !== undefined) this.#leaving.push(this.#leaveLater(here))
    }
    await Promise.all(this.#leaving)
  }

  async #leaveLater(here: Here): Promise<void> {
    await this.#meter.sleep(this.#staysMs)
    if (here.program.exit !== undefined) return
    here.leftAtMs = Date.now()
    await here.program.stop()
  }

  /** From here on it is to be calm. */
  begin(): void {
    this.beganMs = Date.now()
  }

  /** Ends them, and resolves with what each came to. */
  async leave(endedAtMs: number, held: HoldUps): Promise<OtherOutcome[]> {
    const died = this.#here.filter(
      ({ leftAtMs, program }) => program.exit !== undefined && leftAtMs === undefined,
    )
    const broken = new Map(died.map(({ program }) => [program, program.describe()]))
    await Promise.all(this.#here.map(({ program }) => program.stop()))
    return this.#here.map((here) =>
      this.#outcome(here, here.leftAtMs ?? endedAtMs, held, broken.get(here.program)),
    )
  }

  #outcome(
    { planned, program, startedAt, startMs }: Here,
    endedAtMs: number,
    held: HoldUps,
    ended: string | undefined,
  ): OtherOutcome {
    const { expect } = planned
    const errors = program.of('error').map(({ t, code }) => ({
      role: 'listener',
      code: String(code),
      afterMs: t - startedAt,
      exit: program.exit,
    }))
    const heard = heardBy(program, 0, endedAtMs, calmFrom(expect, this.beganMs))
    const own = { ...held, startMs }
    const broken = expect.verdict === 'error' ? undefined : ended
    const seen = { heard, waitedMs: endedAtMs - startedAt, errors, escapes: 0, broken, held: own }
    return { planned, heard, errors, problems: judge(expect, seen), held: own }
  }
}

/** From when on gaps count, Unix time, ms; 0: from the beginning. */
export function calmFrom(expect: Expectation, beganMs: number): number {
  return expect.verdict === 'heard' && expect.calmAfterMs !== undefined ? beganMs + expect.calmAfterMs : 0
}
