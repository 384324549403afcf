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

  constructor(cast: Cast, meter: HoldUpMeter, { others = [], listen = [] }: Scenario, link: string) {
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
      this.#here.push({ planned, program, startedAt, startMs })
    }
  }

  /** From here on it is to be calm. */
  begin(): void {
    this.beganMs = Date.now()
  }

  /** Ends them, and resolves with what each came to. */
  async leave(endedAtMs: number, held: HoldUps): Promise<OtherOutcome[]> {
    const died = this.#here.filter(({ program }) => program.exit !== undefined)
    const broken = new Map(died.map(({ program }) => [program, program.describe()]))
    await Promise.all(this.#here.map(({ program }) => program.stop()))
    return this.#here.map((here) => this.#outcome(here, endedAtMs, held, broken.get(here.program)))
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
