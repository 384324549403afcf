import type { ControlMessage } from '@pearcast/protocol'
import { type Course, NOTHING } from './course.ts'
import type { VirtualPeer } from './virtual-peer.ts'

/** Control messages that go together. */
interface Parcel {
  readonly sentMs: number
  readonly messages: ControlMessage[]
}

/** A connection: `dialer` asks for audio, `host` may send it. */
export class Link {
  readonly dialer: VirtualPeer
  readonly host: VirtualPeer
  /** One way. */
  readonly delayMs: number
  state: 'dialing' | 'up' | 'closed' = 'dialing'
  /** Nothing passes, though neither side knows it yet. */
  isCut = false
  /** What the host sends, as the host sees it. */
  serves: 'nothing' | 'heads' | 'audio' = 'nothing'
  /** The rest is what the dialer gets, as the dialer sees it. */
  gets: 'nothing' | 'heads' | 'audio' = 'nothing'
  /** What the host has, this far away, and since when that is known: what it had before came until then. */
  course: Course = NOTHING
  sinceMs = 0
  /** The host says something at least ten times a second. */
  speaks = false
  /** What was said at the latest, each way: more of the same moment goes with it. */
  toHost: Parcel | undefined
  toDialer: Parcel | undefined
  /** The newest frame that was told of, and when anything was heard at the latest. */
  seq = -1
  heardMs = 0
  /** The newest frame that nobody was woken for. */
  putOffSeq = -1

  /** Whatever the source has comes, and so it will until something changes. */
  get flows(): boolean {
    return this.speaks && this.course.endSeq === Infinity
  }

  constructor(dialer: VirtualPeer, host: VirtualPeer, delayMs: number) {
    this.dialer = dialer
    this.host = host
    this.delayMs = delayMs
  }
}
