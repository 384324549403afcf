import type { RelayTicket } from './relay-ticket.ts'

/** What a child, its parent and a relay say about who carries the station to whom. All of it is optional to know. */
export type RelayMessage = Reserve | Reserved | Parents | Ancestors | Ticket

/** A child asks for a place at this parent, or renews the one it has. Answered by `reserved`, or by `refused`. */
export interface Reserve {
  type: 'reserve'
  channel: number
  /** A place for a warm second parent: heads now, audio only when the first one fails. */
  standby: boolean
  /** Children that the asking side could serve itself, 0 for a leaf, and how many more than it serves now. */
  slots: number
  freeSlots: number
  /** DHT key under which the asking side can be dialled; who serves nobody has none. */
  key?: Uint8Array
}

export interface Reserved {
  type: 'reserved'
  channel: number
  /** The place lapses unless it is reserved again within so many ms. */
  lifetimeMs: number
  /** What this child may receive at most, bytes a second. */
  bytesPerS: number
  /** Children that still find room here: whether a warm second could come for good. */
  freeSlots: number
}

/** Peers that carry the station as well: where to go instead of a full parent, or when this one is gone. */
export interface Parents {
  type: 'parents'
  channel: number
  parents: ParentHint[]
}

/** Hearsay: believed until the peer itself is asked. */
export interface ParentHint {
  /** DHT key to connect to. */
  key: Uint8Array
  /** Hops from the broadcaster, who is 0. */
  depth: number
  freeSlots: number
  /** Round trip between the teller and this peer, ms; 0: not known. */
  rttMs: number
}

/** The way from the broadcaster to the sender, the broadcaster first, the sender left out: as many as its depth. */
export interface Ancestors {
  type: 'ancestors'
  channel: number
  keys: Uint8Array[]
}

/** A relay shows that the station has asked it to carry its audio. */
export interface Ticket {
  type: 'ticket'
  ticket: RelayTicket
}
