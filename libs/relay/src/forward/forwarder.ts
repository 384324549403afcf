import { LIMITS } from '@pearcast/protocol'
import { ChildLane } from './child-lane.ts'
import type { ForwarderPorts, RelayFrame } from './ports.ts'
import { type Reception, RepairServer, wantsRedundancy } from './repair.ts'

/**
 * What became of a frame. `forwarded` and `kept` are new and verified, and can be played: a kept one came from a parent that
 * has not become the primary, and is passed on later or never.
 */
export type Outcome = 'forwarded' | 'kept' | 'duplicate' | 'old' | 'forged' | 'too-far'

/** As the ring of `libs/media`: an older frame is not verified, only dropped. */
const RING_FRAMES = 256
/** What a child that takes over from another parent may lack: its silence limit, and the time of a suspicion. */
const WARM_FRAMES = 50
/** A new child starts at the live edge. */
const FRESH_FRAMES = 4

/**
 * From a parent to the children: verify, then forward. A frame is verified once, a copy of it only compared, and each
 * child has a budget of its own, so that none waits for another. Per frame and child nothing is allocated.
 */
export class Forwarder<F extends RelayFrame> {
  readonly #ports: ForwarderPorts<F>
  readonly #repair: RepairServer<F>
  readonly #lanes = new Map<string, ChildLane<F>>()
  /** The same lanes, for a loop without an iterator. */
  #list: ChildLane<F>[] = []
  /** Verified frames that came from a parent that is not the primary, and were not passed on. */
  readonly #kept = new Set<number>()

  constructor(ports: ForwarderPorts<F>) {
    this.#ports = ports
    this.#repair = new RepairServer(ports.ring)
  }

  /** A frame from a parent. Hot. */
  receive(from: string, frame: F, nowMs: number): Outcome {
    const { admit, forged, isCopy, ring, useless, verify } = this.#ports
    const { hops, seq } = frame
    if (hops > LIMITS.maxHops || seq <= ring.head - RING_FRAMES) {
      useless(from, nowMs)
      return hops > LIMITS.maxHops ? 'too-far' : 'old'
    }
    const known = ring.get(seq)
    if (known !== undefined) {
      if (isCopy(known, frame)) return this.#takeCopy(from, frame, nowMs)
      forged(from, nowMs)
      return 'forged'
    }
    if (!verify(frame)) {
      forged(from, nowMs)
      return 'forged'
    }
    ring.put(frame)
    if (!admit(from, frame, true, nowMs)) {
      this.#keep(seq)
      return 'kept'
    }
    if (this.#kept.size > 0) this.#passOnKept(seq, nowMs)
    this.#fanOut(frame, nowMs)
    return 'forwarded'
  }

  /** What was kept may be passed on once the same comes from the primary. */
  #takeCopy(from: string, frame: F, nowMs: number): Outcome {
    const wasKept = this.#kept.has(frame.seq)
    if (!this.#ports.admit(from, frame, wasKept, nowMs)) return 'duplicate'
    this.#kept.delete(frame.seq)
    this.#fanOut(frame, nowMs)
    return 'forwarded'
  }

  /** A frame of our own: the broadcaster's. */
  publish(frame: F, nowMs: number): void {
    this.#ports.ring.put(frame)
    this.#fanOut(frame, nowMs)
  }

  /** Another run of the station. */
  newRun(): void {
    this.#ports.ring.clear()
    this.#kept.clear()
    for (const lane of this.#list) lane.clear()
  }

  /** A child gets audio, or heads only. It begins with what it lacks when it takes over (`warm`), else at the live edge. */
  serve(child: string, { audio, bytesPerS, warm }: ServeOptions, nowMs: number): void {
    let lane = this.#lanes.get(child)
    if (lane === undefined) {
      const { depth, send } = this.#ports
      lane = new ChildLane(child, bytesPerS, (key, frame) => send(key, frame, depth()), nowMs)
      this.#lanes.set(child, lane)
      this.#list = [...this.#lanes.values()]
    }
    const starts = audio && !lane.active
    lane.active = audio
    if (!audio) lane.clear()
    if (starts) this.#catchUp(lane, warm ? WARM_FRAMES : FRESH_FRAMES, nowMs)
  }

  unserve(child: string): void {
    this.#lanes.delete(child)
    this.#list = [...this.#lanes.values()]
    this.#repair.forget(child)
  }

  onNack(child: string, seqs: readonly number[], nowMs: number): number {
    const lane = this.#lanes.get(child)
    if (lane === undefined) return 0
    const known = this.#kept.size === 0 ? seqs : seqs.filter((seq) => !this.#kept.has(seq))
    return this.#repair.onNack(lane, known, nowMs)
  }

  onReception(child: string, reception: Reception): void {
    const lane = this.#lanes.get(child)
    if (lane !== undefined) lane.redundant = wantsRedundancy(reception, lane.redundant)
  }

  /** Sends what waits, and beats to whoever has heard nothing for `everyMs`. */
  tick(nowMs: number, everyMs: number, beat: (child: string) => void): void {
    for (const lane of this.#list) {
      if (lane.queued > 0) lane.drain(nowMs)
      if (nowMs - lane.lastSentMs < everyMs) continue
      lane.lastSentMs = nowMs
      beat(lane.child)
    }
  }

  get lanes(): readonly ChildLane<F>[] {
    return this.#list
  }

  #fanOut(frame: F, nowMs: number): void {
    // Everybody would refuse it: too deep to have children.
    if (this.#ports.depth() > LIMITS.maxHops) return
    for (let i = 0; i < this.#list.length; i++) {
      const lane = this.#list[i]
      if (lane?.active === true) this.#offer(lane, frame, nowMs)
    }
  }

  #offer(lane: ChildLane<F>, frame: F, nowMs: number): void {
    if (lane.offer(frame, nowMs)) this.#ports.slow(lane.child, nowMs)
    if (!lane.redundant) return
    const before = this.#ports.ring.get(frame.seq - 1)
    if (before !== undefined) lane.repeat(before, nowMs)
  }

  #keep(seq: number): void {
    this.#kept.add(seq)
    const oldest = this.#kept.values().next().value
    if (this.#kept.size > RING_FRAMES && oldest !== undefined) this.#kept.delete(oldest)
  }

  #passOnKept(before: number, nowMs: number): void {
    for (const seq of [...this.#kept].toSorted((a, b) => a - b)) {
      const frame = seq < before ? this.#ports.ring.get(seq) : undefined
      if (frame !== undefined) this.#fanOut(frame, nowMs)
      if (seq < before) this.#kept.delete(seq)
    }
  }

  #catchUp(lane: ChildLane<F>, frames: number, nowMs: number): void {
    const { depth, ring } = this.#ports
    if (depth() > LIMITS.maxHops) return
    for (let seq = Math.max(0, ring.head - frames + 1); seq <= ring.head; seq++) {
      const frame = ring.get(seq)
      if (frame !== undefined && !this.#kept.has(seq)) lane.offer(frame, nowMs)
    }
  }
}

export interface ServeOptions {
  readonly audio: boolean
  readonly warm: boolean
  readonly bytesPerS: number
}
