import { get16, get32, put16, put32 } from '../ip/bytes.ts'
import { applyDelta, applyUdpDelta, delta16, delta32, finish, sum16 } from '../ip/checksum.ts'
import { PROTOCOL, type PacketView } from '../ip/packet.ts'

/**
 * The packet that an ICMP error complains about, as far as it is quoted: enough to find the binding it belongs to
 * and to translate the quotation too, without which the host would not recognise its own packet (RFC 5508 §4).
 */
export class QuotedPacket {
  bytes: Uint8Array = new Uint8Array(0)
  protocol = 0
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  #error = 0
  #at = 0
  #transport = 0

  /** False if too little is quoted, or of a protocol that the NAT does not translate. */
  parse(error: PacketView): boolean {
    const { bytes } = error
    this.bytes = bytes
    this.#error = error.transport
    this.#at = error.transport + 8
    const headerBytes = ((bytes[this.#at] ?? 0) & 15) * 4
    this.#transport = this.#at + headerBytes
    if ((bytes[this.#at] ?? 0) >>> 4 !== 4 || headerBytes < 20 || bytes.length < this.#transport + 8)
      return false
    if ((get16(bytes, this.#at + 6) & 0x1fff) !== 0) return false
    this.protocol = bytes[this.#at + 9] ?? 0
    this.source = get32(bytes, this.#at + 12)
    this.destination = get32(bytes, this.#at + 16)
    if (this.protocol === PROTOCOL.udp) {
      this.sourcePort = get16(bytes, this.#transport)
      this.destinationPort = get16(bytes, this.#transport + 2)
      return true
    }
    const type = bytes[this.#transport] ?? 0
    if (this.protocol !== PROTOCOL.icmp || (type !== 8 && type !== 0)) return false
    this.sourcePort = get16(bytes, this.#transport + 4)
    this.destinationPort = this.sourcePort
    return true
  }

  rewriteSource(address: number, port: number): void {
    this.#rewrite(12, this.source, address, 0, this.sourcePort, port)
    this.source = address
    this.sourcePort = port
  }

  rewriteDestination(address: number, port: number): void {
    this.#rewrite(16, this.destination, address, 2, this.destinationPort, port)
    this.destination = address
    this.destinationPort = port
  }

  /** The error's own checksum covers the quotation: computed anew, as errors are rare. */
  finish(): void {
    put16(this.bytes, this.#error + 2, 0)
    put16(this.bytes, this.#error + 2, finish(sum16(this.bytes, this.#error, this.bytes.length)))
  }

  #rewrite(
    addressOffset: number,
    fromAddress: number,
    toAddress: number,
    portOffset: number,
    fromPort: number,
    toPort: number,
  ): void {
    const { bytes } = this
    const delta = delta32(fromAddress, toAddress)
    put32(bytes, this.#at + addressOffset, toAddress)
    applyDelta(bytes, this.#at + 10, delta)
    if (this.protocol === PROTOCOL.udp) {
      put16(bytes, this.#transport + portOffset, toPort)
      applyUdpDelta(bytes, this.#transport + 6, delta + delta16(fromPort, toPort))
    } else {
      put16(bytes, this.#transport + 4, toPort)
      applyDelta(bytes, this.#transport + 2, delta16(fromPort, toPort))
    }
  }
}
