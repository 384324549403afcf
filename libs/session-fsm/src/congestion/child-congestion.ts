import type { Report } from '@pearcast/protocol'
import type { UplinkShare } from './uplink-budget.ts'

/** `lean`: each frame once, nothing repeated. `stop`: no frames for a while, the child's line cannot take them. */
export type Treatment = 'full' | 'lean' | 'stop'

/** What a report says, without its address. */
export type Reception = Omit<Report, 'type' | 'channel'>

/** Reports are summed up to at least this long before they count: of 200 ms one lost frame would be 10 %. */
const WINDOW_MS = 900
/** What was judged longer ago says nothing of now: reports get lost, and an older listener sends none. */
const STALE_MS = 3000
const BREAK_LOSS = 0.1
/** Where nothing waits in a queue, the line itself loses: repairs help, and crowd out nobody. */
const BREAK_LOSS_OF_LINE = 0.2
const BREAK_LOSS_MS = 3000
const BREAK_DELAY_MS = 200
const BREAK_DELAY_FOR_MS = 2000
/** Half of the frames lost, or later than any buffer waits, in lean treatment and for so long: nothing of it is heard. */
const STOP_LOSS = 0.5
const STOP_DELAY_MS = 2000
const STOP_AFTER_MS = 5000
/** Lean for so long without trouble: back to full. */
const HEAL_MS = 10_000
/** A queue that grows by more from one window to the next is growing. */
const RISE_MS = 20
/** With less waiting in queues, delay is as good as flat. */
const SHALLOW_MS = 60
const REPEAT_FROM_LOSS = 0.02
const REPEAT_UNTIL_LOSS = 0.005

interface Window {
  startMs: number
  expected: number
  received: number
  delayMs: number
}

/**
 * What one child reports, judged: a circuit breaker (loss above 10 % for 3 s, 20 % without a queue, or 200 ms of queue for 2 s) between
 * `full` and `lean`, and from `lean` to `stop` when what arrives then is useless for 5 s. Whether the child's own line or the
 * uplink that all share is at fault, a report cannot say: see `UplinkBudget`.
 */
export class ChildCongestion {
  treatment: Treatment = 'full'
  /** Each frame twice would help, and there is no queue that it would lengthen. */
  wantsRepeats = false
  /** Of the last whole window, 0..1 and ms. */
  #lossRatio = 0
  #delayMs = 0
  #judgedMs = Number.NEGATIVE_INFINITY
  #window: Window | undefined
  #rising = false
  #lossyMs = 0
  #delayedMs = 0
  #troubledMs = 0
  #calmMs = 0

  /** For `UplinkBudget`: loss or delay beyond what the breaker allows, in the last window. */
  shareAt(nowMs: number): UplinkShare {
    if (nowMs - this.#judgedMs > STALE_MS) return { lossRatio: 0, isCongested: false }
    return { lossRatio: this.#lossRatio, isCongested: this.#isCongested }
  }

  get #isCongested(): boolean {
    return this.#isLossy || this.#isDelayed
  }

  get #isLossy(): boolean {
    return this.#lossRatio > (this.#delayMs <= SHALLOW_MS ? BREAK_LOSS_OF_LINE : BREAK_LOSS)
  }

  get #isDelayed(): boolean {
    return this.#delayMs > BREAK_DELAY_MS
  }

  onReport({ delayMs, expected, received }: Reception, nowMs: number): void {
    const window = (this.#window ??= { startMs: nowMs, expected: 0, received: 0, delayMs })
    window.expected += expected
    window.received += received
    // A queue is what even the best part of a window waits for; the rest is jitter.
    window.delayMs = Math.min(window.delayMs, delayMs)
    const ms = nowMs - window.startMs
    if (ms < WINDOW_MS) return
    this.#window = { startMs: nowMs, expected: 0, received: 0, delayMs: Number.POSITIVE_INFINITY }
    // A gap between reports is no evidence for all of it.
    this.#judgedMs = nowMs
    this.#judge(window, Math.min(ms, 2 * WINDOW_MS))
  }

  #judge({ delayMs, expected, received }: Window, ms: number): void {
    this.#rising = delayMs > this.#delayMs + RISE_MS
    this.#lossRatio = expected === 0 ? 0 : 1 - received / expected
    this.#delayMs = delayMs
    this.#lossyMs = this.#isLossy ? this.#lossyMs + ms : 0
    this.#delayedMs = this.#isDelayed ? this.#delayedMs + ms : 0
    this.#calmMs = this.#isCongested ? 0 : this.#calmMs + ms
    this.#treat(ms)
    this.#weighRepeats()
  }

  #treat(ms: number): void {
    if (this.treatment === 'full') {
      this.#troubledMs = 0
      if (this.#lossyMs >= BREAK_LOSS_MS || this.#delayedMs >= BREAK_DELAY_FOR_MS) this.treatment = 'lean'
      return
    }
    // Late frames that come are still heard, and so is what loss leaves over: better than nothing.
    const isUseless = this.#lossRatio > STOP_LOSS || this.#delayMs > STOP_DELAY_MS
    this.#troubledMs = isUseless ? this.#troubledMs + ms : 0
    if (this.#troubledMs >= STOP_AFTER_MS) this.treatment = 'stop'
    else if (this.#calmMs >= HEAL_MS) this.treatment = 'full'
  }

  #weighRepeats(): void {
    const flat = !this.#rising && this.#delayMs <= SHALLOW_MS
    const enough = this.wantsRepeats ? REPEAT_UNTIL_LOSS : REPEAT_FROM_LOSS
    this.wantsRepeats = this.treatment === 'full' && flat && !this.#isLossy && this.#lossRatio >= enough
  }
}
