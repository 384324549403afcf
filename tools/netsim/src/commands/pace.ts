import type { Phase, StoryStep } from '../virtual/story.ts'

/** How many seconds of a story are simulated in a second, as a whole and phase by phase. */
export class Pace {
  readonly #startedMs: number
  readonly #simulatedMs: Record<Phase, number> = { arrival: 0, churn: 0, partition: 0 }
  readonly #tookMs: Record<Phase, number> = { arrival: 0, churn: 0, partition: 0 }
  #atMs = 0
  #nowMs: number

  constructor(nowMs: number) {
    this.#startedMs = nowMs
    this.#nowMs = nowMs
  }

  /** Call it after each step. */
  note({ atMs, phase }: Pick<StoryStep, 'atMs' | 'phase'>, nowMs: number): void {
    this.#simulatedMs[phase] += atMs - this.#atMs
    this.#tookMs[phase] += nowMs - this.#nowMs
    this.#atMs = atMs
    this.#nowMs = nowMs
  }

  get timesRealTime(): number {
    return times(this.#atMs, this.#nowMs - this.#startedMs)
  }

  get timesRealTimeIn(): Record<Phase, number> {
    const of = (phase: Phase): number => times(this.#simulatedMs[phase], this.#tookMs[phase])
    return { arrival: of('arrival'), churn: of('churn'), partition: of('partition') }
  }
}

function times(simulatedMs: number, tookMs: number): number {
  return Math.round((10 * simulatedMs) / Math.max(tookMs, 1)) / 10
}
