import { SAMPLE_RATE } from './format.ts'

/** Monotonic time in microseconds; only differences matter. */
export type MonotonicClock = () => number

/** What the pacer needs of a runtime's timers; a test gives virtual ones. */
export interface PacerTimers {
  nowUs: MonotonicClock
  /** Calls back once after at least `delayMs`; returns the cancel. */
  after(delayMs: number, done: () => void): () => void
  /** Calls back after pending I/O had its turn; returns the cancel. */
  afterIo(done: () => void): () => void
}

export interface PacerOptions {
  timers?: PacerTimers | undefined
  /** Later than this (a suspended machine), the schedule starts anew instead of catching up; default 5000. */
  maxLateMs?: number | undefined
  /**
   * Rest between two late steps, ms; default 0, one turn of I/O. A reader that was held up together with its writer gives
   * it time to catch up too.
   */
  catchUpMs?: number | undefined
}

/** Later than one block: frames may be waiting in sockets, so I/O goes first. */
const YIELD_LATE_US = 20_000

/**
 * A drift-free schedule: step n is due at start + the samples of all steps before it, whatever the timers did. Late steps
 * catch up in order, with a turn of I/O or a short rest between them; the first step is due at once and never a burst.
 */
export class Pacer {
  /** how often the schedule started anew because it was later than `maxLateMs` */
  restarts = 0
  readonly #timers: PacerTimers
  readonly #maxLateUs: number
  readonly #catchUpMs: number
  #startUs: number | undefined
  #samples = 0
  #stopped = false
  #cancel: (() => void) | undefined
  #settle: ((due: boolean) => void) | undefined

  constructor(options: PacerOptions = {}) {
    this.#timers = options.timers ?? nodeTimers
    this.#maxLateUs = (options.maxLateMs ?? 5000) * 1000
    this.#catchUpMs = options.catchUpMs ?? 0
  }

  /**
   * Waits until the next step is due; the one after it is due `samples` (at 48 kHz) later. One call at a time.
   * @returns true when due, false when the pacer was stopped
   */
  next(samples: number): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false)
    const dueUs = this.#dueUs()
    this.#samples += samples
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#waitUntil(dueUs)
    })
  }

  /** Ends the wait under way and every later one at once. */
  stop(): void {
    this.#stopped = true
    this.#finish(false)
  }

  #dueUs(): number {
    const nowUs = this.#timers.nowUs()
    if (this.#startUs === undefined) this.#startUs = nowUs
    const dueUs = this.#startUs + (this.#samples * 1_000_000) / SAMPLE_RATE
    if (nowUs - dueUs <= this.#maxLateUs) return dueUs
    this.restarts++
    this.#startUs = nowUs
    this.#samples = 0
    return nowUs
  }

  #waitUntil(dueUs: number): void {
    const aheadUs = dueUs - this.#timers.nowUs()
    if (aheadUs > 0) {
      // Timers of whole milliseconds may fire early by a part of one: look again.
      this.#cancel = this.#timers.after(Math.ceil(aheadUs / 1000), () => this.#waitUntil(dueUs))
    } else if (aheadUs < -YIELD_LATE_US) {
      const finish = (): void => this.#finish(true)
      this.#cancel =
        this.#catchUpMs > 0 ? this.#timers.after(this.#catchUpMs, finish) : this.#timers.afterIo(finish)
    } else {
      this.#finish(true)
    }
  }

  #finish(due: boolean): void {
    this.#cancel?.()
    this.#cancel = undefined
    const settle = this.#settle
    this.#settle = undefined
    settle?.(due)
  }
}

const nodeTimers: PacerTimers = {
  nowUs: () => performance.now() * 1000,
  after(delayMs, done) {
    const timer = setTimeout(done, delayMs)
    return () => clearTimeout(timer)
  },
  afterIo(done) {
    const immediate = setImmediate(done)
    return () => clearImmediate(immediate)
  },
}
