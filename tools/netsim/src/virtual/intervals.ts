import type { Agenda } from './agenda.ts'
import { type Course, delayed, isSame, newestAt } from './course.ts'
import type { Heard } from './ears.ts'
import type { Link } from './link.ts'
import type { Media } from './media.ts'
import { FRAME_MS, type Source } from './source.ts'
import type { VirtualPeer } from './virtual-peer.ts'

const BEAT_MS = 100
/** What a child gets from the ring when it starts: one that takes over, and a new one. See `Forwarder`. */
const WARM_FRAMES = 50
const FRESH_FRAMES = 4

/**
 * Media as intervals: what a link carries is a function of time until something in the tree changes, so that a peer in
 * a calm place costs nothing. Before a peer decides anything it is told, in stretches, all that came since the last time.
 */
export class IntervalMedia implements Media {
  readonly #agenda: Agenda
  readonly #source: Source
  /** A peer has news without having been called. */
  readonly #wake: (peer: VirtualPeer) => void

  constructor(agenda: Agenda, source: Source, wake: (peer: VirtualPeer) => void) {
    this.#agenda = agenda
    this.#source = source
    this.#wake = wake
  }

  start(peer: VirtualPeer): void {
    if (peer.isRoot) peer.course = { lagMs: 0, hops: 0, endSeq: Infinity, floorSeq: -1, missedSeq: -1 }
  }

  /** Everything that came to a peer until now. */
  before(peer: VirtualPeer): void {
    const isCalm = peer.primary?.flows === true
    for (const link of peer.above.values()) {
      // How far the second is matters only when the primary is not as far as it could be.
      if (!isCalm || link.gets !== 'heads' || !link.flows) this.#tell(link)
    }
  }

  /** It may have another parent, or none. */
  after(peer: VirtualPeer): void {
    if (peer.isRoot || !this.#moves(peer)) return
    for (const link of peer.below.values()) this.#pass(link)
  }

  voiceChanged(peer: VirtualPeer): void {
    for (const link of peer.below.values()) this.#pass(link)
  }

  refresh(link: Link): void {
    // What was sent into a cut is not sent again.
    const lostSeq = link.isCut ? -1 : newestAt(link.host.course, this.#source, this.#agenda.nowMs)
    this.#pass(link, lostSeq)
  }

  serve(link: Link, audio: boolean, warm: boolean): void {
    const { course } = link.host
    const speaks = this.#speaks(link)
    this.#agenda.after(link.delayMs, () => {
      if (link.state !== 'up') return
      const { dialer, host } = link
      const { nowMs } = this.#agenda
      this.before(dialer)
      this.#tell(link)
      const starts = audio && link.gets !== 'audio'
      const isFirst = link.gets === 'nothing'
      link.gets = audio ? 'audio' : 'heads'
      this.#take(link, delayed(course, link.delayMs), speaks)
      if (starts) this.#burst(link, warm ? WARM_FRAMES : FRESH_FRAMES)
      else if (isFirst && speaks) {
        const headSeq = Math.max(0, newestAt(link.course, this.#source, nowMs))
        dialer.relay.beats(host.key, { headSeq, count: 1, everyMs: 0, lastMs: nowMs })
        link.heardMs = nowMs
      }
      this.after(dialer)
      this.#wake(dialer)
    })
  }

  heard({ above, ears }: VirtualPeer): Heard {
    let heard = ears.latest
    for (const { course, gets, heardMs, speaks } of above.values()) {
      if (gets !== 'audio' || !speaks) continue
      const seq = newestAt(course, this.#source, this.#agenda.nowMs)
      const atMs = Math.max(this.#source.sentMs(seq) + course.lagMs, heardMs)
      if (seq > heard.seq) heard = { seq, atMs }
    }
    return heard
  }

  nextMs(peer: VirtualPeer): number {
    const link = nextOf(peer)
    if (link === undefined) return Infinity
    const { course } = link
    const seq = Math.max(link.seq, link.putOffSeq)
    if (seq >= course.endSeq) return Infinity
    return Math.max(this.#source.sentMs(seq + 1) + course.lagMs, this.#agenda.nowMs + 1)
  }

  /** Who waits for the first new frame of a slower parent is woken for each of a hundred, and for most of them in vain. */
  putsOff(peer: VirtualPeer): boolean {
    const link = nextOf(peer)
    if (link === undefined || !this.#bringsNothing(link)) return false
    link.putOffSeq = newestAt(link.course, this.#source, this.#agenda.nowMs)
    return true
  }

  /** Whether all that comes by the link to the next parent has come by the primary, and will until something changes. */
  #bringsNothing(link: Link): boolean {
    const { above, primary, relay } = link.dialer
    if (!relay.client.nextSends || link.course.floorSeq > link.seq) return false
    if (primary?.gets !== 'audio' || !primary.flows) return false
    // What is told first at one moment counts as what came first.
    for (const each of above.values()) {
      if (each === link) return false
      if (each === primary) break
    }
    const laterMs = link.course.lagMs - primary.course.lagMs
    // The same frame over fewer hops would be news.
    if (link.course.hops > primary.course.hops) return laterMs >= 0
    return laterMs >= FRAME_MS && this.#source.isSteadyFrom(link.seq + 1)
  }

  /** What the host has, and whether it says so, reaches the dialer. */
  #pass(link: Link, lostSeq = -1): void {
    if (link.state !== 'up' || link.serves === 'nothing') return
    const { course } = link.host
    const speaks = this.#speaks(link)
    this.#agenda.after(link.delayMs, () => {
      if (link.state !== 'up' || link.gets === 'nothing') return
      this.before(link.dialer)
      this.#tell(link)
      link.seq = Math.max(link.seq, lostSeq, course.missedSeq)
      this.#take(link, delayed(course, link.delayMs), speaks)
      this.after(link.dialer)
      this.#wake(link.dialer)
    })
  }

  #speaks(link: Link): boolean {
    return link.host.speaks && !link.isCut
  }

  #take(link: Link, course: Course, speaks: boolean): void {
    const { dialer, host } = link
    link.course = course
    link.sinceMs = this.#agenda.nowMs
    link.speaks = speaks
    dialer.relay.flowing(host.key, link.flows, this.#agenda.nowMs)
  }

  #tell(link: Link): void {
    if (!link.speaks || link.gets === 'nothing') return
    if (link.gets === 'audio') this.#tellFrames(link)
    this.#tellBeats(link)
  }

  #tellFrames(link: Link): void {
    const seq = newestAt(link.course, this.#source, this.#agenda.nowMs)
    const count = seq - link.seq
    if (count <= 0) return
    const { course, dialer, host } = link
    const lastMs = this.#cameMs(link, seq)
    const firstMs = this.#cameMs(link, link.seq + 1)
    dialer.ears.hear(this.#source, link.seq + 1, seq, this.#newMs(link, firstMs), lastMs)
    link.seq = seq
    link.heardMs = lastMs
    const stretch = { seq, hops: course.hops, count, everyMs: FRAME_MS, lastMs }
    dialer.relay.stretch(host.key, stretch, this.#agenda.nowMs)
  }

  /** What the host could not send before came with the news of what it has now. */
  #cameMs({ course, heardMs, sinceMs }: Link, seq: number): number {
    return Math.max(this.#source.sentMs(seq) + course.lagMs, heardMs, sinceMs)
  }

  /** When the first frame of what comes now came that was new to the listener. */
  #newMs(link: Link, firstMs: number): number {
    const { headSeq } = link.dialer.ears
    return headSeq <= link.seq ? firstMs : this.#source.sentMs(headSeq + 1) + link.course.lagMs
  }

  #tellBeats(link: Link): void {
    const count = Math.floor((this.#agenda.nowMs - link.heardMs) / BEAT_MS)
    if (count <= 0) return
    link.heardMs += count * BEAT_MS
    const headSeq = Math.max(0, newestAt(link.course, this.#source, link.heardMs))
    const beats = { headSeq, count, everyMs: BEAT_MS, lastMs: link.heardMs }
    link.dialer.relay.beats(link.host.key, beats)
  }

  #burst(link: Link, frames: number): void {
    const { nowMs } = this.#agenda
    const seq = newestAt(link.course, this.#source, nowMs)
    const count = Math.min(frames, seq + 1)
    link.seq = seq
    link.heardMs = nowMs
    if (count <= 0 || !link.speaks) return
    const { dialer, host } = link
    dialer.ears.hear(this.#source, seq - count + 1, seq, nowMs, nowMs)
    const stretch = { seq, hops: link.course.hops, count, everyMs: 0, lastMs: nowMs }
    dialer.relay.stretch(host.key, stretch, nowMs)
  }

  /** What a peer passes on is what its primary sends. Returns whether that is something else now. */
  #moves(peer: VirtualPeer): boolean {
    const { nowMs } = this.#agenda
    const { course } = peer
    const newest = newestAt(course, this.#source, nowMs)
    const link = peer.primary
    if (link?.gets !== 'audio' || !link.speaks) {
      if (course.endSeq === newest && course.floorSeq === newest) return false
      peer.course = { ...course, endSeq: newest, floorSeq: newest }
      return true
    }
    const { endSeq, hops, lagMs } = link.course
    const isBehind = newest > Math.min(endSeq, this.#source.seqAt(nowMs - lagMs))
    const { missedSeq } = peer.ears
    const next = { lagMs, hops: hops + 1, endSeq, floorSeq: isBehind ? newest : -1, missedSeq }
    if (isSame(next, course)) return false
    peer.course = next
    return true
  }
}

/** The link to the parent that is to take over, if anything comes by it. */
function nextOf({ above, relay }: VirtualPeer): Link | undefined {
  const { next } = relay.client
  const link = next === undefined ? undefined : above.get(next)
  return link?.gets === 'audio' && link.speaks ? link : undefined
}
