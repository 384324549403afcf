import type { Actor } from '../scenarios/scenario.ts'
import type { HoldUpMeter } from './hold-up-meter.ts'
import type { Told } from './outcome.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

/** One program that plays, or has played, a role. */
interface Player {
  role: Actor
  program: Program
  command: readonly string[]
  /** Unix time, ms. */
  startedAt: number
  /** A step killed it, and its end is no news. */
  killed: boolean
}

/** Everybody who runs `pearcast` in a scenario. */
export class Cast {
  readonly #stage: Stage
  readonly #meter: HoldUpMeter
  readonly #players: Player[] = []

  constructor(stage: Stage, meter: HoldUpMeter) {
    this.#stage = stage
    this.#meter = meter
  }

  /** The machine is watched for holding it up, too. */
  start(role: Actor, command: readonly string[]): Program {
    const program = this.#stage.run(role, command)
    this.#meter.watch(program.child.pid)
    this.#players.push({ role, program, command, startedAt: Date.now(), killed: false })
    return program
  }

  /** Whoever plays it now. */
  of(role: Actor): Program | undefined {
    return this.#playing(role)?.program
  }

  /** The same command again, after the one that plays it has ended. */
  async restart(role: Actor): Promise<Program | undefined> {
    const player = this.#playing(role)
    if (player === undefined) return undefined
    player.killed = true
    player.program.child.kill('SIGKILL')
    await player.program.exited
    return this.start(role, player.command)
  }

  signal(role: Actor, signal: NodeJS.Signals): void {
    const player = this.#playing(role)
    if (player === undefined) return
    player.killed ||= signal === 'SIGKILL'
    player.program.child.kill(signal)
  }

  /** Who ended, though nobody killed it, in words. Those who came later are judged one by one. */
  died(): string[] {
    const dead = this.#players.filter(
      ({ role, program, killed }) => program.exit !== undefined && !killed && !role.startsWith('listener-'),
    )
    return dead.map(({ program }) => program.describe())
  }

  errors(): Told[] {
    return this.#players.flatMap(({ role, program, startedAt }) =>
      program
        .of('error')
        .map(({ t, code }) => ({ role, code: String(code), afterMs: t - startedAt, exit: program.exit })),
    )
  }

  /** All that have said this, in the order in which they came. */
  whoSaid(event: string): { role: Actor; program: Program }[] {
    return this.#players.filter(({ program }) => program.last(event) !== undefined)
  }

  /** The relay whose key this is, among those that run. */
  relayOf(key: unknown): Actor | undefined {
    const isIt = ({ program, killed }: Player): boolean =>
      !killed && program.last('relaying')?.['key'] === key
    return this.#players.find(isIt)?.role
  }

  async stop(role: Actor): Promise<void> {
    await this.#playing(role)?.program.stop()
  }

  /** Those who carry on end after those who listen to them. */
  async stopRelays(): Promise<void> {
    const relays = this.#players.filter(({ role }) => role.startsWith('relay-'))
    await Promise.all(relays.map(({ program }) => program.stop()))
  }

  #playing(role: Actor): Player | undefined {
    return this.#players.findLast((player) => player.role === role)
  }
}
