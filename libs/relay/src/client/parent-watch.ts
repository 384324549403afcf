import type { Misconduct } from '../trust/distrust.ts'

/** Silence below this is never held against a parent: heartbeats come every 100 ms. */
const MIN_SILENCE_MS = 300
/** A line that always had pauses must not hide a dead parent for ever. */
const MAX_SILENCE_MS = 1500
const GAPS = 128
/** Datagrams in half a second beyond which it is a flood: 50 frames a second, twice over two paths, and a whole ring. */
const FLOOD_WINDOW_MS = 500
const FLOOD_DATAGRAMS = 450
/** A parent that tells of frames and does not send them, while it sends everything else. */
const WITHHELD_FRAMES = 15
const WITHHELD_MS = 700
/**
 * Frames in a row, for so long, whose hops are not the depth that the parent told. A whole ring may come at once from a
 * parent that has just moved, before the message that tells of it, which the network may have to repeat.
 */
const WRONG_HOPS_FRAMES = 15
const WRONG_HOPS_MS = 800

/**
 * Of so many frames so many were passed over, asked for again, and had time enough to come. A longer hole is an outage,
 * which the source or somebody behind the parent may have had: it shows by the head of the second parent.
 */
const JUDGED_FRAMES = 64
const MISSING_FRAMES = 10
/** Looks, ten a second. */
const SETTLED_LOOKS = 3
const LOOK_MS = 90
const OUTAGE_FRAMES = 17

/** Of a peer that was asked for a place and never heard: most are. */
const NONE = new Float64Array(0)
const NO_GAPS = new Float32Array(0)

/** What one parent does, frame by frame: whether it lives, and whether it does as it says. Allocates once. */
export class ParentWatch {
  /** The newest frame that it says it has; a claim. */
  claimedSeq = -1
  /** The newest frame that it sent, verified. */
  deliveredSeq = -1
  /** Sends audio to us now. */
  active = false
  /** It is heard without a pause until we are told otherwise: see `RelayPeer.flowing`. */
  flowing = false
  #heardMs: number
  #limitMs = MIN_SILENCE_MS
  #activeSinceMs = 0
  #behindSinceMs = Infinity
  #gaps = NO_GAPS
  #gapCount = 0
  #windowMs: number
  #inWindow = 0
  #floods = false
  #wrongHops = 0
  #wrongSinceMs = 0
  /** Which frames came, and which were asked for again, each in the slot of its number. */
  #came = NONE
  #asked = NONE
  /** The first one since it was asked for audio. */
  #firstSeq = Infinity
  /** What it had sent at the latest looks. */
  readonly #heads = new Array<number>(SETTLED_LOOKS).fill(-1)
  #looks = 0
  #lookedMs = -Infinity
  #depth = 0

  constructor(nowMs: number) {
    this.#heardMs = nowMs
    this.#windowMs = nowMs
  }

  /** Anything authentic from it: a frame or a heartbeat. Hot. */
  heard(nowMs: number): void {
    const gap = nowMs - this.#heardMs
    if (gap > 0) {
      if (this.#gaps === NO_GAPS) this.#gaps = new Float32Array(GAPS)
      this.#gaps[this.#gapCount++ % GAPS] = gap
    }
    this.#heardMs = nowMs
    this.useless(nowMs)
  }

  /** Anything at all from it. Hot. */
  useless(nowMs: number): void {
    if (nowMs - this.#windowMs >= FLOOD_WINDOW_MS) {
      this.#windowMs = nowMs
      this.#inWindow = 0
    }
    this.#count(1)
  }

  #count(datagrams: number): void {
    this.#inWindow += datagrams
    if (this.#inWindow > FLOOD_DATAGRAMS) this.#floods = true
  }

  /** So many datagrams at equal distances, as if each had been told on its own. */
  heardStretch(count: number, everyMs: number, lastMs: number): void {
    this.heard(lastMs - (count - 1) * everyMs)
    const more = everyMs > 0 ? count - 1 : 0
    if (more > 0 && this.#gaps === NO_GAPS) this.#gaps = new Float32Array(GAPS)
    if (more >= GAPS) this.#gaps.fill(everyMs)
    else for (let i = 0; i < more; i++) this.#gaps[this.#gapCount++ % GAPS] = everyMs
    if (more >= GAPS) this.#gapCount += GAPS
    this.#heardMs = lastMs
    if (everyMs === 0) this.#count(count - 1)
  }

  /** A verified frame, new to us or not. Hot. */
  frame(seq: number, hops: number): void {
    this.frames(seq, hops, 1)
    if (this.#came === NONE) this.#came = new Float64Array(2 * JUDGED_FRAMES).fill(-1)
    this.#came[seq % this.#came.length] = seq
    if (this.active && seq < this.#firstSeq) this.#firstSeq = seq
  }

  /** So many frames in a row, `seq` the last of them: nothing is missing among them. */
  frames(seq: number, hops: number, count: number): void {
    if (seq > this.deliveredSeq) this.deliveredSeq = seq
    if (seq > this.claimedSeq) this.claimedSeq = seq
    if (hops !== this.#depth && this.#wrongHops === 0) this.#wrongSinceMs = this.#heardMs
    this.#wrongHops = hops === this.#depth ? 0 : this.#wrongHops + count
  }

  /** It was asked for this frame again. */
  asked(seq: number): void {
    if (this.#asked === NONE) this.#asked = new Float64Array(2 * JUDGED_FRAMES).fill(-1)
    this.#asked[seq % this.#asked.length] = seq
  }

  claims(headSeq: number): void {
    if (headSeq > this.claimedSeq) this.claimedSeq = headSeq
  }

  /** It told its way to the broadcaster. Frames that are under way may still show the former one. */
  tellsDepth(depth: number): void {
    if (depth === this.#depth) return
    this.#depth = depth
    this.#wrongHops = 0
  }

  /** It was asked for audio, or to stop. */
  setActive(active: boolean, nowMs: number): void {
    if (active === this.active) return
    this.active = active
    this.#activeSinceMs = nowMs
    this.#behindSinceMs = Infinity
    this.#judgeAnew()
  }

  /** Another run of the station counts from 1 again. */
  newRun(): void {
    this.claimedSeq = -1
    this.deliveredSeq = -1
    this.#behindSinceMs = Infinity
    this.#judgeAnew()
  }

  /** Our own machine slept: what was not heard meanwhile was not unsaid. */
  forgive(ms: number): void {
    this.#heardMs += ms
    this.#activeSinceMs += ms
    this.#wrongSinceMs += ms
    if (this.#behindSinceMs < Infinity) this.#behindSinceMs += ms
    this.#judgeAnew()
  }

  isSilent(nowMs: number): boolean {
    if (this.flowing) return false
    this.#limitMs = this.silenceLimitMs
    return nowMs >= this.silentAtMs
  }

  /** When it will be silent for too long, as far as was known at the latest check. */
  get silentAtMs(): number {
    return this.flowing ? Infinity : this.#heardMs + this.#limitMs
  }

  /** max(300 ms, 4 x p99 gap), at most 1500 ms. */
  get silenceLimitMs(): number {
    // Of 128 gaps the second longest is the 99th percentile.
    let longest = 0
    let second = 0
    for (let i = 0; i < Math.min(this.#gapCount, GAPS); i++) {
      const gap = this.#gaps[i] ?? 0
      if (gap > longest) [second, longest] = [longest, gap]
      else if (gap > second) second = gap
    }
    return Math.min(Math.max(MIN_SILENCE_MS, 4 * second), MAX_SILENCE_MS)
  }

  /** What it does that an honest parent does not, or undefined. Asked ten times a second. */
  misconduct(nowMs: number): Misconduct | undefined {
    if (this.#floods) return 'flood'
    if (this.#wrongHops >= WRONG_HOPS_FRAMES && nowMs - this.#wrongSinceMs >= WRONG_HOPS_MS)
      return 'lied-depth'
    const behind = this.active && this.claimedSeq - this.deliveredSeq >= WITHHELD_FRAMES
    if (!behind) this.#behindSinceMs = Infinity
    else if (this.#behindSinceMs === Infinity) this.#behindSinceMs = Math.max(nowMs, this.#activeSinceMs)
    return behind && nowMs - this.#behindSinceMs >= WITHHELD_MS ? 'withheld' : undefined
  }

  /** It passes frames over, and does not send them when it is asked for them either. To be called ten times a second. */
  isPatchy(nowMs: number): boolean {
    if (!this.active || nowMs - this.#lookedMs < LOOK_MS) return false
    this.#lookedMs = nowMs
    const look = this.#looks++ % SETTLED_LOOKS
    const settledSeq = this.#heads[look] ?? -1
    this.#heads[look] = this.deliveredSeq
    return this.#missingUntil(settledSeq) >= MISSING_FRAMES
  }

  /** Of its latest frames, those that had to be asked for again, 0..1. */
  get loss(): number {
    if (this.#asked === NONE) return 0
    const from = Math.max(this.deliveredSeq - JUDGED_FRAMES + 1, 0)
    let asked = 0
    for (let seq = from; seq <= this.deliveredSeq; seq++) {
      if (this.#asked[seq % this.#asked.length] === seq) asked++
    }
    return asked / JUDGED_FRAMES
  }

  #judgeAnew(): void {
    this.#firstSeq = Infinity
    this.#heads.fill(-1)
  }

  /** Of the latest that have had their time, those in long holes left out. */
  #missingUntil(settledSeq: number): number {
    if (this.#came === NONE || this.#asked === NONE) return 0
    const from = Math.max(settledSeq - JUDGED_FRAMES + 1, this.#firstSeq)
    let missing = 0
    // A hole that began before is counted when it begins, or is a long one.
    let hole = OUTAGE_FRAMES + 1
    for (let seq = from; seq <= settledSeq; seq++) {
      const slot = seq % this.#came.length
      if (this.#came[slot] !== seq && this.#asked[slot] === seq) hole++
      else {
        if (hole <= OUTAGE_FRAMES) missing += hole
        hole = 0
      }
    }
    return missing
  }
}
