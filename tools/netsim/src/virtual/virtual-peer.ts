import type { HostLimits, RelayEffect } from '@pearcast/relay'
import { RelayPeer } from '@pearcast/relay'
import type { NatType } from '../nat/types.ts'
import type { Random } from '../random.ts'
import { type Course, NOTHING } from './course.ts'
import { Ears } from './ears.ts'
import { type VirtualFrame, VirtualRing } from './frame.ts'
import type { Link } from './link.ts'

/** Who somebody is, apart from what he does. */
export interface Person {
  readonly nat: NatType
  /** Where in the world: the delay between two follows from it. */
  readonly region: number
  /** Of the own access line, one way. */
  readonly accessMs: number
  /** Children that it can serve; 0 for a leaf. */
  readonly slots: number
}

export interface VirtualPeerOptions extends Person {
  readonly id: number
  readonly isRoot: boolean
  readonly inStretches: boolean
  readonly random: Random
  readonly perform: (peer: VirtualPeer, effect: RelayEffect) => void
  readonly wake: (peer: VirtualPeer) => void
  readonly sendFrame: (from: VirtualPeer, child: string, frame: VirtualFrame, hops: number) => boolean
  readonly sendBeat: (from: VirtualPeer, child: string, headSeq: number) => void
}

/** As libs/station has it. */
const LIFETIME_MS = 60_000
const BYTES_PER_S = 40_000

/** One peer of libs/relay with its connections. */
export class VirtualPeer {
  readonly id: number
  /** Under which it is dialled. */
  readonly key: string
  /** Of the connections that it opens. */
  readonly linkKey: string
  readonly prefix: string
  readonly isRoot: boolean
  readonly person: Person
  readonly relay: RelayPeer<VirtualFrame>
  /** Its luck: what befalls others does not change it. */
  readonly random: Random
  readonly ears: Ears = new Ears()
  /** Connections that it opened, by the key of the other side; and that others opened, by theirs. */
  readonly above: Map<string, Link> = new Map()
  readonly below: Map<string, Link> = new Map()
  alive = true
  joinedMs = 0
  leftMs: number | undefined
  /** Another parent than before, the first one not counted. */
  reparents = 0
  /** Of these, moves that it did not choose: the parent was silent, behind, or gone. */
  forced: number = 0
  /** Connections of others that came about. */
  answered: number = 0
  /** Where it stands in the list of those who announce themselves, -1 if it does not. */
  announcedAt = -1
  course: Course = NOTHING
  /** Whether it beat when it was looked at the last time. */
  spoke: boolean = false
  /** When it is to be woken next. */
  wakeMs: number = Infinity
  /** The job that does it: the same one every time. */
  readonly wake: () => void
  #primaryKey: string | undefined
  #primary: Link | undefined

  constructor(options: VirtualPeerOptions) {
    const { id, inStretches, isRoot, perform, random, sendBeat, sendFrame, slots, wake } = options
    this.id = id
    const digits = (Math.imul(id + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0')
    const tail = `${digits}${id.toString(16).padStart(7, '0')}`
    this.key = `0${tail}`
    this.linkKey = `f${tail}`
    this.prefix = `network ${id}`
    this.isRoot = isRoot
    this.random = random
    this.wake = () => wake(this)
    const { accessMs, nat, region } = options
    this.person = { nat, region, accessMs, slots }
    const limits: HostLimits = {
      maxChildren: slots,
      maxStandby: 2 * slots,
      maxPerPrefix: 64,
      bytesPerS: BYTES_PER_S,
      lifetimeMs: LIFETIME_MS,
    }
    this.relay = new RelayPeer<VirtualFrame>({
      self: this.key,
      isRoot,
      limits,
      inStretches,
      ring: new VirtualRing(inStretches ? 1 : 256),
      random,
      perform: (effect) => perform(this, effect),
      verify: () => true,
      isCopy: () => true,
      sendFrame: (child, frame, hops) => sendFrame(this, child, frame, hops),
      sendBeat: (child, headSeq) => sendBeat(this, child, headSeq),
    })
    if (slots > 0 && !isRoot) this.relay.host.setFit(true, 0)
  }

  /** Asked for at every input, and the same most of the time. */
  get primary(): Link | undefined {
    const { primary } = this.relay.client
    if (primary !== this.#primaryKey || this.#primary?.state !== 'up') {
      this.#primaryKey = primary
      this.#primary = primary === undefined ? undefined : this.above.get(primary)
    }
    return this.#primary
  }

  /** Whether it beats: who has no parent is silent. */
  get speaks(): boolean {
    return this.alive && (this.isRoot || this.relay.client.primary !== undefined)
  }

  get transitions(): number {
    return this.relay.client.transitions + this.relay.host.transitions
  }
}
