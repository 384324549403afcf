import { equalBytes } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import type { Reader } from './reader.ts'
import type { Ancestors, ParentHint, Parents, RelayMessage, Reserve, Reserved } from './relay-message.ts'
import { readTicket, writeTicket } from './relay-ticket.ts'
import type { Writer } from './writer.ts'

const STANDBY = 1
const HAS_KEY = 2

export function writeRelayMessage(w: Writer, m: RelayMessage): void {
  switch (m.type) {
    case 'reserve':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel)
        .u8('flags', (m.standby ? STANDBY : 0) | (m.key === undefined ? 0 : HAS_KEY))
        .uint('slots', m.slots, 0, LIMITS.maxRelaySlots)
        .uint('freeSlots', m.freeSlots, 0, m.slots)
      if (m.key !== undefined) w.fixed('the key', m.key, KEY_BYTES)
      break
    case 'reserved':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel)
        .uint('lifetimeMs', m.lifetimeMs, LIMITS.minReservationMs, LIMITS.maxReservationMs)
        .uint('bytesPerS', m.bytesPerS, 0, LIMITS.maxReservedBytesPerS)
        .uint('freeSlots', m.freeSlots, 0, LIMITS.maxRelaySlots)
      break
    case 'parents':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel).u8(
        'the number of parents',
        m.parents.length,
        0,
        LIMITS.maxParents,
      )
      for (const parent of m.parents) writeParent(w, parent)
      break
    case 'ancestors':
      if (hasDuplicate(m.keys)) {
        throw ProtocolError.range('the number of different ancestors', m.keys.length, m.keys.length, 0)
      }
      w.uint('channel', m.channel, 0, LIMITS.maxChannel).u8(
        'the number of ancestors',
        m.keys.length,
        0,
        LIMITS.maxHops,
      )
      for (const key of m.keys) w.fixed('an ancestor', key, KEY_BYTES)
      break
    case 'ticket':
      writeTicket(w, m.ticket)
  }
}

export function readReserve(r: Reader): Reserve {
  const channel = r.uint('channel', 0, LIMITS.maxChannel)
  const flags = r.u8('flags', 0, STANDBY | HAS_KEY)
  const slots = r.uint('slots', 0, LIMITS.maxRelaySlots)
  const freeSlots = r.uint('freeSlots', 0, slots)
  const standby = (flags & STANDBY) !== 0
  const place: Reserve = { type: 'reserve', channel, standby, slots, freeSlots }
  return (flags & HAS_KEY) === 0 ? place : { ...place, key: r.fixed('key', KEY_BYTES) }
}

export function readReserved(r: Reader): Reserved {
  return {
    type: 'reserved',
    channel: r.uint('channel', 0, LIMITS.maxChannel),
    lifetimeMs: r.uint('lifetimeMs', LIMITS.minReservationMs, LIMITS.maxReservationMs),
    bytesPerS: r.uint('bytesPerS', 0, LIMITS.maxReservedBytesPerS),
    freeSlots: r.uint('freeSlots', 0, LIMITS.maxRelaySlots),
  }
}

export function readParents(r: Reader): Parents {
  const channel = r.uint('channel', 0, LIMITS.maxChannel)
  const count = r.u8('number of parents', 0, LIMITS.maxParents)
  const parents: ParentHint[] = []
  for (let i = 0; i < count; i++) parents.push(readParent(r))
  return { type: 'parents', channel, parents }
}

export function readAncestors(r: Reader): Ancestors {
  const channel = r.uint('channel', 0, LIMITS.maxChannel)
  const count = r.u8('number of ancestors', 0, LIMITS.maxHops)
  const keys: Uint8Array[] = []
  for (let i = 0; i < count; i++) keys.push(r.fixed('ancestor', KEY_BYTES))
  if (hasDuplicate(keys)) throw r.value('an ancestor occurs twice')
  return { type: 'ancestors', channel, keys }
}

export function readTicketMessage(r: Reader): Extract<RelayMessage, { type: 'ticket' }> {
  return { type: 'ticket', ticket: readTicket(r) }
}

function writeParent(w: Writer, { key, depth, freeSlots, rttMs }: ParentHint): void {
  w.fixed('the key of a parent', key, KEY_BYTES)
    .u8('depth', depth, 0, LIMITS.maxHops)
    .uint('freeSlots', freeSlots, 0, LIMITS.maxRelaySlots)
    .uint('rttMs', rttMs, 0, LIMITS.maxHintedRttMs)
}

function readParent(r: Reader): ParentHint {
  return {
    key: r.fixed('key of a parent', KEY_BYTES),
    depth: r.u8('depth', 0, LIMITS.maxHops),
    freeSlots: r.uint('freeSlots', 0, LIMITS.maxRelaySlots),
    rttMs: r.uint('rttMs', 0, LIMITS.maxHintedRttMs),
  }
}

/** A way that passes a peer twice is a loop. At most 16 keys: comparing each with each is cheap. */
function hasDuplicate(keys: readonly Uint8Array[]): boolean {
  return keys.some((key, at) => keys.findIndex((other) => equalBytes(other, key)) !== at)
}
