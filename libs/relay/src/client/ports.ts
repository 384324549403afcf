import type { ControlMessage, ParentHint } from '@pearcast/protocol'
import type { Misconduct } from '../trust/distrust.ts'
import type { ClientInput } from './types.ts'

/** What a client wants done, by whoever has the sockets. */
export type RelayClientEffect =
  /** Looks up the record and the topic of helpers; what they name comes back through `learn`. */
  | { type: 'search' }
  /** Connects to the peer and proves the station; the end is `linkUp` or `linkDown`. */
  | { type: 'connect'; key: string }
  /** The link is not needed any more as one to a parent. */
  | { type: 'disconnect'; key: string }
  | { type: 'send'; key: string; message: ControlMessage }
  /** The audio comes from this parent now, or from nobody. */
  | { type: 'parent'; key: string | undefined; cause: string }
  /** The keys from the broadcaster to our parent, both included; undefined without a parent. */
  | { type: 'place'; ancestors: readonly string[] | undefined }
  | { type: 'distrusted'; key: string; reason: Misconduct }

export interface RelayClientOptions {
  /** Our own DHT key, hex. */
  readonly self: string
  readonly perform: (effect: RelayClientEffect) => void
  /** [0, 1): jitter of redials. */
  readonly random: () => number
  /** Children that we could serve, 0 for a leaf, and how many more than now: told to parents. */
  readonly slots: () => { readonly slots: number; readonly freeSlots: number }
  /** Who of our branch has places free, for our parent. */
  readonly room: () => readonly ParentHint[]
  /** Whether this peer is fed by us: it never becomes our parent. */
  readonly isChild: (key: string) => boolean
  /** Whether anybody is. */
  readonly feeds: () => boolean
  /** The station itself, proven: it is never distrusted. */
  readonly isStation?: (key: string) => boolean
  readonly channel?: number
  readonly timing?: ClientInput
}

/** Frames of one parent that came at equal distances, each one newer than the one before it. */
export interface Stretch {
  /** Of the last one. */
  readonly seq: number
  readonly hops: number
  readonly count: number
  /** 0: all at once, from a ring. */
  readonly everyMs: number
  readonly lastMs: number
}

/** Heartbeats of one parent at equal distances. */
export interface Beats {
  /** Of the last one. */
  readonly headSeq: number
  readonly count: number
  readonly everyMs: number
  readonly lastMs: number
}
