import type { RTCDtlsTransport, SrtcpSession, SrtpSession } from 'werift'
import { isRtcp, isRtp } from '../rtcp.ts'
import { werift } from './module.ts'
import { countRollover } from './rollover.ts'

/**
 * SRTP and SRTCP of whole packets. werift's own senders and receivers write headers anew and change the SSRC; frames are
 * signed with their identity in a header extension, so here bytes go in and the same bytes come out.
 */
export class PacketCipher {
  readonly #srtp: SrtpSession
  readonly #srtcp: SrtcpSession
  readonly #maxSources = 4
  readonly #sources = new Set<number>()

  /** Of a transport whose DTLS is connected. */
  constructor(dtls: RTCDtlsTransport) {
    dtls.updateSrtpSession()
    this.#srtp = dtls.srtp
    for (const context of [dtls.srtp.localContext, dtls.srtp.remoteContext]) {
      context.updateRolloverCount = countRollover
    }
    this.#srtcp = dtls.srtcp
  }

  /** @param packet complete and of our own making, RTP or RTCP */
  encrypt(packet: Uint8Array): Buffer {
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength)
    if (!isRtp(packet)) return this.#srtcp.encrypt(bytes)
    const at = payloadOffset(bytes)
    const { RtpHeader } = werift.get()
    const header = new RtpHeader({ ssrc: bytes.readUInt32BE(8), sequenceNumber: bytes.readUInt16BE(2) })
    header.serialize = () => Buffer.from(bytes.subarray(0, at))
    return this.#srtp.encrypt(bytes.subarray(at), header)
  }

  /** The packet in bytes of its own, or undefined for what is not media, forged, or of too many sources. */
  decrypt(datagram: Buffer): Uint8Array | undefined {
    try {
      if (isRtcp(datagram)) return this.#srtcp.decrypt(datagram)
      return isRtp(datagram) && this.#admits(datagram.readUInt32BE(8))
        ? this.#srtp.decrypt(datagram)
        : undefined
    } catch {
      return undefined // a forgery, or not for us
    }
  }

  /** The session keeps state for each source it has heard, for ever. */
  #admits(ssrc: number): boolean {
    if (this.#sources.has(ssrc)) return true
    if (this.#sources.size >= this.#maxSources) return false
    this.#sources.add(ssrc)
    return true
  }
}

/** RFC 3550 section 5.1: fixed header, contributing sources, one header extension. */
function payloadOffset(packet: Buffer): number {
  const first = packet.readUInt8(0)
  const sources = 12 + 4 * (first & 0x0f)
  if ((first & 0x10) === 0) return sources
  return sources + 4 + 4 * packet.readUInt16BE(sources + 2)
}
