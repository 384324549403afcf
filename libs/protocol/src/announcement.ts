import {
  type CertificateChain,
  CHAIN_BYTES,
  decodeChain,
  encodeChain,
  verifyChain,
  type VerifiedSession,
} from './certificate.ts'
import { concat } from './bytes.ts'
import { domain } from './domain.ts'
import { ProtocolError } from './errors.ts'
import { sign, SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import type { Reader } from './reader.ts'
import type { Sodium } from './sodium.ts'
import { streamContext } from './stream.ts'
import { Writer } from './writer.ts'

/** What a station says of itself to everybody who hears it. */
export interface StationAbout {
  /** Counts what one run has said; a higher one takes the place of a lower one. */
  serial: number
  /** Usual duration of a frame at 48 kHz; each frame says its own. */
  frameSamples: number
  channels: 1 | 2
  /** Bits a second. */
  bitrate: number
  /** One line for people, as the two below; these two may be empty. */
  title: string
  description: string
  nowPlaying: string
}

/**
 * The station's word on who it is and what it sends, signed with the session key: whoever passes it on cannot change it,
 * and with it a listener who has never reached the station can verify its frames.
 */
export interface Announcement {
  type: 'announcement'
  chain: CertificateChain
  about: StationAbout
  signature: Uint8Array
}

const ANNOUNCEMENT = domain('announcement')

export function signAnnouncement(
  sodium: Sodium,
  { chain, sessionSecretKey }: { chain: CertificateChain; sessionSecretKey: Uint8Array },
  about: StationAbout,
): Announcement {
  const signature = sign(sodium, signedBytes(sodium, chain, about), sessionSecretKey)
  return { type: 'announcement', chain, about, signature }
}

/** Throws ANNOUNCEMENT_SIGNATURE, or what `verifyChain` throws. */
export function verifyAnnouncement(
  sodium: Sodium,
  { about, chain, signature }: Announcement,
  expected: { stationKey: Uint8Array; nowS: number },
): VerifiedSession {
  const session = verifyChain(sodium, chain, expected)
  const bytes = signedBytes(sodium, chain, about)
  if (!sodium.crypto_sign_verify_detached(signature, bytes, session.sessionKey)) {
    throw ProtocolError.announcementSignature()
  }
  return session
}

/** Writes it as the last part of a control message. */
export function writeAnnouncement(w: Writer, { about, chain, signature }: Announcement): void {
  w.fixed('the chain', encodeChain(chain), CHAIN_BYTES)
  writeAbout(w, about).fixed('the signature', signature, SIGNATURE_BYTES)
}

export function readAnnouncement(r: Reader): Announcement {
  const chain = decodeChain(r.fixed('certificate chain', CHAIN_BYTES))
  const about: StationAbout = {
    serial: r.u48('serial'),
    frameSamples: r.uint('frameSamples', LIMITS.minFrameSamples, LIMITS.maxFrameSamples),
    channels: r.u8('channels', 1, 2) === 1 ? 1 : 2,
    bitrate: r.uint('bitrate', 0, LIMITS.maxBitrate),
    title: r.line('title', LIMITS.maxTitleBytes),
    description: r.line('description', LIMITS.maxDescriptionBytes),
    nowPlaying: r.line('nowPlaying', LIMITS.maxTitleBytes),
  }
  return { type: 'announcement', chain, about, signature: r.fixed('signature', SIGNATURE_BYTES) }
}

function writeAbout(w: Writer, about: StationAbout): Writer {
  return w
    .u48('serial', about.serial)
    .uint('frameSamples', about.frameSamples, LIMITS.minFrameSamples, LIMITS.maxFrameSamples)
    .u8('channels', about.channels, 1, 2)
    .uint('bitrate', about.bitrate, 0, LIMITS.maxBitrate)
    .line('title', about.title, LIMITS.maxTitleBytes)
    .line('description', about.description, LIMITS.maxDescriptionBytes)
    .line('nowPlaying', about.nowPlaying, LIMITS.maxTitleBytes)
}

/** Bound to the run by hash, as frames are. */
function signedBytes(
  sodium: Sodium,
  { encoder, session }: CertificateChain,
  about: StationAbout,
): Uint8Array {
  const run = { stationKey: encoder.stationKey, generation: encoder.generation, term: session.term }
  return concat([ANNOUNCEMENT, streamContext(sodium, run, 0), writeAbout(new Writer(), about).finish()])
}
