import { LossRecord } from './loss-record.ts'

/** Parallel arrays of this many losses: as many as one NACK may name. */
const MAX_MISSING = 64
const MAX_TRIES = 6
const REORDER_FRAMES = 2
const REORDER_US = 15_000
const MIN_RETRY_US = 20_000
/** What a tick of the caller and jitter of the way add to an answer. */
const ANSWER_MARGIN_US = 20_000
/** So many tries should be answered in time: with 5 % loss either way, one frame of 20 000 is then missed. */
const TRIES_IN_TIME = 3
/** Round trips are measured anew all the time; the delay need not follow each. */
const STEP_US = 20_000
const NOTHING: number[] = []

export interface RepairOptions {
  /** Round trip to the peer that is asked; the next try comes after max(rtt / 2, 20 ms). */
  rttUs?: number
  /** A frame missing for longer than this has missed its playout: set it to the playout's target delay. */
  giveUpUs?: number
}

/**
 * Finds losses in a stream of sequence numbers and says when to ask for them again (NACK). A hole counts as
 * a loss once 2 later frames or 15 ms have passed it, so plain reordering costs nothing. Bounded memory: of a
 * burst of more than 64 losses only the newest are asked for.
 */
export class RepairRequester {
  rttUs: number
  giveUpUs: number
  /** How long a frame lasts. */
  frameUs = 20_000
  readonly #seqs: Float64Array = new Float64Array(MAX_MISSING)
  readonly #missedUs: Float64Array = new Float64Array(MAX_MISSING)
  readonly #triedUs: Float64Array = new Float64Array(MAX_MISSING)
  readonly #firstTryUs: Float64Array = new Float64Array(MAX_MISSING)
  readonly #holeUs: Float64Array = new Float64Array(MAX_MISSING)
  readonly #tries: Uint8Array = new Uint8Array(MAX_MISSING)
  readonly #later: Uint8Array = new Uint8Array(MAX_MISSING)
  readonly #counted: Uint8Array = new Uint8Array(MAX_MISSING)
  readonly #losses: LossRecord = new LossRecord()
  #count = 0
  #repaired = 0
  /** The highest sequence number received. */
  #highest = -1
  /** Everything up to here was received or has been entered as missing. */
  #known = -1

  constructor(options: RepairOptions = {}) {
    this.rttUs = options.rttUs ?? 0
    this.giveUpUs = options.giveUpUs ?? 250_000
  }

  /** How many frames are missing and still wanted. */
  get missing(): number {
    return this.#count
  }

  /** How many came because they were asked for, since the beginning; `clear` keeps them. */
  get repaired(): number {
    return this.#repaired
  }

  /** A frame came, in whatever order; copies are harmless. */
  onFrame(seq: number, nowUs: number): void {
    if (this.#count > 0) this.#received(seq, nowUs)
    if (seq <= this.#highest) return
    if (this.#highest >= 0) this.#miss(Math.max(this.#known + 1, seq - MAX_MISSING), seq, 1, nowUs)
    this.#highest = seq
    this.#known = Math.max(this.#known, seq)
  }

  /**
   * The peer or the source says that it has sent up to `headSeq`: what we lack of it is missing. A peer may lie:
   * no more than 64 frames beyond what was received are believed.
   */
  onHead(headSeq: number, nowUs: number): void {
    const head = Math.min(headSeq, this.#highest + MAX_MISSING)
    if (this.#highest < 0 || head <= this.#known) return
    this.#miss(this.#known + 1, head + 1, 0, nowUs)
    this.#known = head
  }

  /** Nothing was sent after `headSeq` when the subscription began: a first frame that does not come is missing. */
  startAfter(headSeq: number): void {
    if (this.#highest >= 0) return
    this.#highest = headSeq
    this.#known = headSeq
  }

  /** Playout has passed everything below `seq`: asking for it is pointless. */
  forgetBefore(seq: number): void {
    for (let i = this.#count - 1; i >= 0; i--) {
      if ((this.#seqs[i] ?? 0) < seq) this.#remove(i)
    }
  }

  /** Sequence numbers to ask for now, oldest first. Counts as a try of each. Do not keep the empty answer. */
  due(nowUs: number): number[] {
    if (this.#count === 0) return NOTHING
    const retryUs = this.#retryUs
    let wanted: number[] | undefined
    for (let i = 0; i < this.#count; i++) {
      const missedUs = this.#missedUs[i] ?? 0
      const tries = this.#tries[i] ?? 0
      const exhausted = tries >= MAX_TRIES && nowUs - (this.#triedUs[i] ?? 0) >= retryUs
      if (exhausted || nowUs - missedUs > this.giveUpUs) {
        this.#remove(i--)
        continue
      }
      const ready =
        tries === 0
          ? (this.#later[i] ?? 0) >= REORDER_FRAMES || nowUs - missedUs >= REORDER_US
          : tries < MAX_TRIES && nowUs - (this.#triedUs[i] ?? 0) >= retryUs
      if (!ready) continue
      if (tries === 0) this.#firstTryUs[i] = nowUs
      this.#tries[i] = tries + 1
      this.#triedUs[i] = nowUs
      this.#countLoss(i, nowUs)
      wanted ??= []
      wanted.push(this.#seqs[i] ?? 0)
    }
    return wanted ?? NOTHING
  }

  /**
   * How long frames should wait before they are played so that what is asked for again still comes in time; 0 while
   * nothing is lost again and again, and where no delay up to `maxUs` would do.
   */
  delayUs(nowUs: number, maxUs: number): number {
    if (!this.#losses.isLossy(nowUs)) return 0
    // A frame lost first in a hole is asked for after its end: the frame's own length and the wait for reordering make up.
    const onceUs = this.#losses.longestHoleUs + this.rttUs + ANSWER_MARGIN_US
    if (this.rttUs > maxUs) return 0
    const wantedUs = onceUs + (TRIES_IN_TIME - 1) * this.#retryUs
    return Math.min(Math.ceil(wantedUs / STEP_US) * STEP_US, maxUs)
  }

  clear(): void {
    this.#losses.clear()
    this.#count = 0
    this.#highest = -1
    this.#known = -1
  }

  /** An answer that was lost should not cost a whole round trip. */
  get #retryUs(): number {
    return Math.max(this.rttUs / 2, MIN_RETRY_US)
  }

  #miss(from: number, to: number, later: number, nowUs: number): void {
    // In frames, not by the clock: a pause of this process is no hole of the way.
    const holeUs = (to - from + 1) * this.frameUs
    for (let seq = from; seq < to; seq++) {
      if (this.#count === MAX_MISSING) this.#remove(0)
      const i = this.#count++
      this.#seqs[i] = seq
      this.#missedUs[i] = nowUs
      this.#triedUs[i] = 0
      this.#holeUs[i] = holeUs
      this.#tries[i] = 0
      this.#later[i] = later
      this.#counted[i] = 0
    }
  }

  #received(seq: number, nowUs: number): void {
    for (let i = this.#count - 1; i >= 0; i--) {
      const missing = this.#seqs[i] ?? 0
      if (missing === seq) this.#found(i, nowUs)
      else if (missing < seq && seq > this.#highest) {
        this.#later[i] = Math.min(255, (this.#later[i] ?? 0) + 1)
        this.#countLoss(i, nowUs)
      }
    }
  }

  /** A frame of which only a heartbeat has told may still be on its way: it is lost when later ones are here. */
  #countLoss(i: number, nowUs: number): void {
    if (this.#counted[i] === 1 || (this.#tries[i] ?? 0) === 0 || (this.#later[i] ?? 0) === 0) return
    this.#counted[i] = 1
    this.#losses.onLoss(this.#holeUs[i] ?? 0, nowUs)
  }

  /** What comes sooner than any answer could was not lost. */
  #found(i: number, nowUs: number): void {
    const soonUs = this.rttUs / 2
    if ((this.#tries[i] ?? 0) > 0) {
      if (nowUs - (this.#firstTryUs[i] ?? 0) >= soonUs) this.#repaired++
      else if (this.#counted[i] === 1) this.#losses.forgive()
    }
    this.#remove(i)
  }

  /** Keeps the order: oldest first. */
  #remove(i: number): void {
    const end = this.#count--
    this.#seqs.copyWithin(i, i + 1, end)
    this.#missedUs.copyWithin(i, i + 1, end)
    this.#triedUs.copyWithin(i, i + 1, end)
    this.#firstTryUs.copyWithin(i, i + 1, end)
    this.#holeUs.copyWithin(i, i + 1, end)
    this.#tries.copyWithin(i, i + 1, end)
    this.#later.copyWithin(i, i + 1, end)
    this.#counted.copyWithin(i, i + 1, end)
  }
}
