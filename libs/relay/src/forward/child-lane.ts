import type { RelayFrame } from './ports.ts'

/** 1.3 s of frames: what waits longer is of no use to anybody. */
const QUEUE_FRAMES = 64
/** A bucket holds so much of its rate: a second parent that starts sends a second from its ring. */
const BURST_S = 1
/** Frames dropped within two seconds for which a child is called slow. */
const SLOW_DROPS = 25
const SLOW_WINDOW_MS = 2000

/**
 * One child's way out: a budget in bytes a second and a short queue for what exceeds it. A full queue drops its oldest
 * frame. Nothing is allocated after the constructor.
 */
export class ChildLane<F extends RelayFrame> {
  readonly child: string
  /** Audio, not heads only. */
  active = false
  /** Each frame twice: the one before it goes along. */
  redundant = false
  lastSentMs: number = -Infinity
  dropped = 0
  bytesSent = 0
  readonly #bytesPerMs: number
  readonly #burst: number
  #tokens: number
  #refilledMs: number
  readonly #queue: (F | undefined)[] = new Array<F | undefined>(QUEUE_FRAMES).fill(undefined)
  #first = 0
  #queued = 0
  #windowMs: number
  #windowDrops = 0
  readonly #send: (child: string, frame: F) => boolean

  constructor(child: string, bytesPerS: number, send: (child: string, frame: F) => boolean, nowMs: number) {
    this.child = child
    this.#send = send
    this.#bytesPerMs = bytesPerS / 1000
    this.#burst = bytesPerS * BURST_S
    this.#tokens = this.#burst
    this.#refilledMs = nowMs
    this.#windowMs = nowMs
  }

  get queued(): number {
    return this.#queued
  }

  /** Sends a frame, or queues it. Returns true when the child has just proved too slow. Hot. */
  offer(frame: F, nowMs: number): boolean {
    this.#refill(nowMs)
    if (this.#queued === 0 && this.#trySend(frame, nowMs)) return false
    const slow = this.#queued === QUEUE_FRAMES && this.#dropOldest(nowMs)
    this.#queue[(this.#first + this.#queued) % QUEUE_FRAMES] = frame
    this.#queued++
    return slow
  }

  /** A repeat: sent if the budget allows it now, never queued. */
  repeat(frame: F, nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#queued === 0 && this.#trySend(frame, nowMs)
  }

  /** What the budget allows of the queue. Call it while something is queued, every few ms. */
  drain(nowMs: number): void {
    this.#refill(nowMs)
    while (this.#queued > 0) {
      const frame = this.#queue[this.#first]
      if (frame !== undefined && !this.#trySend(frame, nowMs)) return
      this.#shift()
    }
  }

  clear(): void {
    while (this.#queued > 0) this.#shift()
  }

  #trySend(frame: F, nowMs: number): boolean {
    const { length } = frame.body
    if (this.#tokens < length || !this.#send(this.child, frame)) return false
    this.#tokens -= length
    this.bytesSent += length
    this.lastSentMs = nowMs
    return true
  }

  #refill(nowMs: number): void {
    const added = (nowMs - this.#refilledMs) * this.#bytesPerMs
    this.#refilledMs = nowMs
    this.#tokens = Math.min(this.#tokens + added, this.#burst)
  }

  #shift(): void {
    this.#queue[this.#first] = undefined
    this.#first = (this.#first + 1) % QUEUE_FRAMES
    this.#queued--
  }

  #dropOldest(nowMs: number): boolean {
    this.#shift()
    this.dropped++
    if (nowMs - this.#windowMs > SLOW_WINDOW_MS) {
      this.#windowMs = nowMs
      this.#windowDrops = 0
    }
    return ++this.#windowDrops === SLOW_DROPS
  }
}
