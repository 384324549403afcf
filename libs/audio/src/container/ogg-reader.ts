import type { Bytes } from '../source/bytes.ts'
import { ByteWindow } from '../source/byte-window.ts'
import { MAX_PAGE_HEADER_BYTES, oggPageCrc, parseOggPageHeader } from './ogg-page.ts'
import type { OggPageHeader } from './ogg-page.ts'
import { isOpusHead } from './opus-header.ts'

/** One packet of the Opus streams in a file, headers included. */
export interface OggPacket {
  packet: Uint8Array
  /** the packet is the first of a logical stream: an OpusHead */
  beginsStream: boolean
  /** the page's granule position, when this is the last packet that ends on it */
  granule?: number
  /** the last packet of its logical stream */
  endsStream: boolean
}

/** Longer ones (comments with pictures) are cut: only their beginning is of interest. An audio packet has 61 KB at most. */
const MAX_PACKET_BYTES = 64 * 1024

export interface OggReaderOptions {
  /** Skip pages whose checksum is wrong; default true. Costs about 1 ms for 300 KB. */
  checksums?: boolean
}

/**
 * The packets of one Opus stream after the other (chained streams follow, other codecs multiplexed with it are passed over).
 * Damage is stepped over up to the next page.
 */
export class OggOpusReader {
  /** The file ends within a page: the rest is missing. */
  cutOff = false
  readonly #window: ByteWindow
  readonly #checksums: boolean
  #offset = 0
  /** of the stream that is being read */
  #serial: number | undefined
  #begun = false
  #ready: OggPacket[] = []
  /** The pieces of a packet that goes on over pages. */
  #partial: Uint8Array[] = []
  #partialBytes = 0

  constructor(bytes: Bytes, options: OggReaderOptions = {}) {
    this.#window = new ByteWindow(bytes)
    this.#checksums = options.checksums ?? true
  }

  /** @returns undefined at the end */
  async next(): Promise<OggPacket | undefined> {
    while (this.#ready.length === 0) {
      if (!(await this.#readPage())) return undefined
    }
    return this.#ready.shift()
  }

  /** @returns false at the end of the file */
  async #readPage(): Promise<boolean> {
    if (this.#offset >= this.#window.size) return false
    const header = parseOggPageHeader(await this.#window.at(this.#offset, MAX_PAGE_HEADER_BYTES))
    if (header === undefined) return this.#resync()
    const pageBytes = header.headerBytes + header.bodyBytes
    const page = await this.#window.at(this.#offset, pageBytes)
    if (page.length < pageBytes) return this.#endWithinPage()
    if (this.#checksums && oggPageCrc(page) !== header.crc) return this.#resync()
    this.#offset += pageBytes
    this.#takePage(header, page.subarray(header.headerBytes))
    return true
  }

  /** What follows the end of a stream is no loss. */
  #endWithinPage(): false {
    this.#offset = this.#window.size
    this.cutOff ||= this.#serial !== undefined
    return false
  }

  /** Goes to the next capture pattern. */
  async #resync(): Promise<boolean> {
    this.#dropPartial()
    this.#offset++
    while (this.#offset < this.#window.size) {
      const piece = await this.#window.at(this.#offset, 16 * 1024)
      const found = capturePattern(piece)
      if (found >= 0) {
        this.#offset += found
        return true
      }
      this.#offset += Math.max(1, piece.length - 3)
    }
    return this.#endWithinPage()
  }

  #takePage(header: OggPageHeader, body: Uint8Array): void {
    // Beginning pages stand together; one after audio chains another stream, whether or not this one was ended.
    const another = this.#serial === undefined || this.#begun
    if (header.beginsStream && another && isOpusHead(body)) this.#serial = header.serial
    if (header.serial !== this.#serial) return
    this.#begun = !header.beginsStream
    if (!header.continued) this.#dropPartial()
    const skipFirst = header.continued && this.#partialBytes === 0
    const packets = this.#split(header, body)
    if (skipFirst && packets.shift() === undefined) this.#dropPartial()
    packets.forEach((packet, index) => {
      const last = index === packets.length - 1
      this.#ready.push({
        packet,
        beginsStream: header.beginsStream && index === 0,
        ...(last && header.granule >= 0 ? { granule: header.granule } : {}),
        endsStream: last && header.endsStream,
      })
    })
    // Another Opus stream may be chained after the end of this one.
    if (header.endsStream) {
      this.#serial = undefined
      this.#begun = false
    }
  }

  #split(header: OggPageHeader, body: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = []
    let from = 0
    let to = 0
    for (const length of header.lacing) {
      to += length
      if (length === 255) continue
      packets.push(this.#join(body.slice(from, to)))
      from = to
    }
    if (from < to) this.#keepPartial(body.slice(from, to))
    return packets
  }

  #keepPartial(piece: Uint8Array): void {
    if (this.#partialBytes < MAX_PACKET_BYTES) this.#partial.push(piece)
    this.#partialBytes += piece.length
  }

  #join(last: Uint8Array): Uint8Array {
    if (this.#partial.length === 0) return last
    this.#keepPartial(last)
    const packet = new Uint8Array(this.#partial.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of this.#partial) {
      packet.set(piece, at)
      at += piece.length
    }
    this.#dropPartial()
    return packet
  }

  #dropPartial(): void {
    this.#partial = []
    this.#partialBytes = 0
  }
}

function capturePattern(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0x4f); at >= 0; at = bytes.indexOf(0x4f, at + 1)) {
    if (bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53) return at
  }
  return -1
}
