import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import type { Cast } from './cast.ts'
import type { HoldUps } from './hold-up.ts'
import { heardBy } from './outcome.ts'
import type { Program } from './program.ts'
import { judge, type Observation } from './verdict.ts'

/** Each is waited for so long, until it hears something or is told why not. */
export const OTHER_COMES_MS = 10_000

type Planned = NonNullable<Scenario['others']>

/** The listeners that come after the first. Their sound is not recorded: they tell of gaps themselves. */
export class Others {
  /** When the last of them and the last step were over, Unix time, ms. */
  beganMs = 0
  readonly #cast: Cast
  readonly #planned: Planned
  readonly #command: readonly string[]
  readonly #here: { planned: Planned[number]; program: Program; startedAt: number }[] = []

  constructor(cast: Cast, { others = [], listen = [] }: Scenario, link: string) {
    this.#cast = cast
    this.#planned = others
    this.#command = ['listen', link, '--output', 'null', ...listen]
  }

  /** One after the other. */
  async come(): Promise<void> {
    for (const planned of this.#planned) {
      const startedAt = Date.now()
      const program = this.#cast.start(planned.id, this.#command)
      this.#here.push({ planned, program, startedAt })
      await Promise.race(['first-audio', 'error'].map((event) => program.until(event, OTHER_COMES_MS)))
    }
  }

  /** From here on it is to be calm. */
  begin(): void {
    this.beganMs = Date.now()
  }

  /** Ends them. Resolves with what is wrong with them. */
  async leave(endedAtMs: number, held: HoldUps): Promise<string[]> {
    const died = this.#here.filter(({ program }) => program.exit !== undefined)
    const broken = new Map(died.map(({ program }) => [program, program.describe()]))
    await Promise.all(this.#here.map(({ program }) => program.stop()))
    return this.#here.flatMap(({ planned, program, startedAt }) => {
      const { expect, id } = planned
      const errors = program.of('error').map(({ t, code }) => ({
        role: id,
        code: String(code),
        afterMs: t - startedAt,
        exit: program.exit,
      }))
      const heard = heardBy(program, 0, endedAtMs, calmFrom(expect, this.beganMs))
      const waitedMs = endedAtMs - startedAt
      const seen: Observation = { heard, waitedMs, errors, escapes: 0, broken: broken.get(program), held }
      return judge(expect, seen).map((problem) => `${id}: ${problem}`)
    })
  }
}

/** From when on gaps count, Unix time, ms; 0: from the beginning. */
export function calmFrom(expect: Expectation, beganMs: number): number {
  return expect.verdict === 'heard' && expect.calmAfterMs !== undefined ? beganMs + expect.calmAfterMs : 0
}
