import * as z32 from 'z32'
import { concat, equalBytes, requireBytes } from './bytes.ts'
import { domain } from './domain.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import type { Sodium } from './sodium.ts'

/**
 * `pearcast://<station>` or `pearcast://<station>.<group>`; each part is the z-base-32 text of a 32-byte key and
 * a 4-byte checksum: 58 characters. The group part is what relays of a private station are not given.
 */
export interface StationLink {
  stationKey: Uint8Array
  /** Present for private stations only. */
  groupKey?: Uint8Array
}

const SCHEME = 'pearcast://'
const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769'
const CHECKSUM_BYTES = 4
const PART_CHARACTERS = 58
const STATION_CHECKSUM = domain('link station checksum')
const GROUP_CHECKSUM = domain('link group checksum')

export function formatLink(sodium: Sodium, link: StationLink): string {
  requireBytes('the station key', link.stationKey, KEY_BYTES)
  const station = z32.encode(concat([link.stationKey, stationChecksum(sodium, link.stationKey)]))
  if (link.groupKey === undefined) return SCHEME + station
  requireBytes('the group key', link.groupKey, KEY_BYTES)
  const group = z32.encode(concat([link.groupKey, groupChecksum(sodium, link.stationKey, link.groupKey)]))
  return `${SCHEME}${station}.${group}`
}

/**
 * Tolerates upper case, surrounding white space and the slash that some systems append to links. Throws
 * LINK_SCHEME, LINK_LENGTH, LINK_CHARACTER or LINK_CHECKSUM, with a message for whoever pasted the text.
 */
export function parseLink(sodium: Sodium, text: string): StationLink {
  if (text.length > LIMITS.maxLinkCharacters) {
    throw ProtocolError.linkLength('the text', SCHEME.length + PART_CHARACTERS, text.length)
  }
  const link = text.trim().toLowerCase()
  if (!link.startsWith(SCHEME)) throw ProtocolError.linkScheme()
  const [station = '', ...rest] = link.slice(SCHEME.length).replace(/\/$/, '').split('.')
  if (rest.length > 1) throw ProtocolError.linkCharacter('.', link.lastIndexOf('.') + 1)

  const stationKey = decodePart(station, 'the station part', SCHEME.length, (key) =>
    stationChecksum(sodium, key),
  )
  const [group] = rest
  if (group === undefined) return { stationKey }
  const groupAt = SCHEME.length + PART_CHARACTERS + 1
  const groupKey = decodePart(group, 'the key part', groupAt, (key) => groupChecksum(sodium, stationKey, key))
  return { stationKey, groupKey }
}

function decodePart(
  part: string,
  what: string,
  offset: number,
  checksumOf: (key: Uint8Array) => Uint8Array,
): Uint8Array {
  // Characters before length: "position 17 is wrong" helps more than "one too many".
  for (let i = 0; i < part.length; i++) {
    const character = part.charAt(i)
    if (!ALPHABET.includes(character)) throw ProtocolError.linkCharacter(character, offset + i + 1)
  }
  if (part.length !== PART_CHARACTERS) throw ProtocolError.linkLength(what, PART_CHARACTERS, part.length)
  const bytes = Uint8Array.from(z32.decode(part))
  const key = bytes.slice(0, KEY_BYTES)
  // 36 bytes leave two spare bits in the last character; comparing the text makes them count as well.
  const isExact = equalBytes(checksumOf(key), bytes.subarray(KEY_BYTES)) && z32.encode(bytes) === part
  if (!isExact) throw ProtocolError.linkChecksum(what)
  return key
}

function stationChecksum(sodium: Sodium, stationKey: Uint8Array): Uint8Array {
  const hash = new Uint8Array(32)
  sodium.crypto_generichash(hash, STATION_CHECKSUM, stationKey)
  return hash.subarray(0, CHECKSUM_BYTES)
}

/** Covers the station key too: a key part glued to another station's link is recognised. */
function groupChecksum(sodium: Sodium, stationKey: Uint8Array, groupKey: Uint8Array): Uint8Array {
  const hash = new Uint8Array(32)
  sodium.crypto_generichash_batch(hash, [GROUP_CHECKSUM, stationKey], groupKey)
  return hash.subarray(0, CHECKSUM_BYTES)
}
