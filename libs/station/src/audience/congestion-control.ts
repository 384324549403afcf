import { LIMITS, type Frame } from '@pearcast/protocol'
import { UplinkBudget, type ChildCongestion } from '@pearcast/session-fsm'

/** A child, as far as its share of the uplink is concerned. */
export interface UplinkUser {
  readonly congestion: ChildCongestion
  /** How often each frame goes out to it now. */
  readonly copies: number
  /** Each frame a second time, a little later. */
  repeats: boolean
  /** No frames for a while, and no way back before. */
  pause(): void
}

export interface CongestionControlOptions {
  /** What the user says of the uplink, bit/s. */
  uplinkBps?: number | undefined
  /** Of the Opus encoder, bit/s. */
  bitrate: number
}

/** IP, UDP and UDX headers of a datagram; those of RTP are no longer. */
const HEADERS_BYTES = 48
/** Type, channel and hops before the body of a frame. */
const PREFIX_BYTES = 3
/** Header, capture time and signature around the payload, as a body. */
const BODY_OVERHEAD_BYTES = 89
const OVERHEAD_BYTES = PREFIX_BYTES + LIMITS.sealOverheadBytes + HEADERS_BYTES
const FRAMES_PER_S = 50
/** This process did nothing for so long: what children lost meanwhile, and right after, says nothing of the line. */
const HELD_UP_MS = 250
const EXCUSED_MS = 4000
/** Of all listeners, how many may get each frame twice. */
const REPEAT_RATIO = 0.2

/** The uplink of a broadcaster: who is let in, who gets more than one copy, and who has to leave. */
export class CongestionControl {
  readonly #budget: UplinkBudget
  readonly #users: ReadonlySet<UplinkUser>
  #beatMs = Number.POSITIVE_INFINITY
  #excusedUntilMs = Number.NEGATIVE_INFINITY

  /** @param users those who get audio, in the order in which they were let in */
  constructor(users: ReadonlySet<UplinkUser>, { bitrate, uplinkBps }: CongestionControlOptions) {
    this.#users = users
    const nominalBps = bitrate + (BODY_OVERHEAD_BYTES + OVERHEAD_BYTES) * 8 * FRAMES_PER_S
    this.#budget = new UplinkBudget({ configuredBps: uplinkBps, nominalBps })
  }

  /** As far as it is known, bit/s. */
  get uplinkBps(): number | undefined {
    const { uplinkBps } = this.#budget
    return Number.isFinite(uplinkBps) ? Math.round(uplinkBps) : undefined
  }

  /** Room for one more listener. */
  get admits(): boolean {
    return this.#budget.admits(this.#copies())
  }

  /** Room for one to receive both paths for a moment. */
  get allowsSwitch(): boolean {
    return this.#budget.allowsSwitch(this.#copies())
  }

  /** Hot: once a frame, however many get it. */
  onFrame(frame: Frame): void {
    this.#budget.onFrame(frame.body.length + OVERHEAD_BYTES)
  }

  /** Ten times a second: shows when this process itself was held up. */
  beat(nowMs: number): void {
    if (nowMs - this.#beatMs > HELD_UP_MS) this.#excusedUntilMs = nowMs + EXCUSED_MS
    this.#beatMs = nowMs
  }

  /** Once a second. */
  tick(nowMs: number): void {
    const users = [...this.#users]
    const isExcused = nowMs < this.#excusedUntilMs
    const shares = isExcused ? [] : users.map(({ congestion }) => congestion.shareAt(nowMs))
    const oneTooMany = this.#budget.tick(shares)
    this.#grantRepeats(users)
    if (isExcused) return
    if (oneTooMany && users.length > 1) users.at(-1)?.pause()
    // While all suffer together, leaving one by one is the cure; nobody is judged by what others do to the line.
    if (!this.#budget.isShared) {
      for (const user of users) if (user.congestion.treatment === 'stop') user.pause()
    }
  }

  #grantRepeats(users: readonly UplinkUser[]): void {
    let granted = 0
    const most = Math.max(1, Math.floor(users.length * REPEAT_RATIO))
    for (const user of users) {
      const worthIt = user.congestion.wantsRepeats && granted < most
      user.repeats = worthIt && (user.repeats || this.admits)
      if (user.repeats) granted++
    }
  }

  #copies(): number {
    let copies = 0
    for (const user of this.#users) copies += user.copies
    return copies
  }
}
