import UDX, { type StreamOptions } from 'udx-native'
import UdxStream from 'udx-native/lib/stream.js'

/** Room for some hundred control messages, and three times a packet: what is longer comes in several pieces. */
const READ_BYTES = 8192

/**
 * A UDX stream that reads into 8 KiB. The library gives each stream 66 KiB and takes the next when they are used up: right
 * for bulk data, but the ordered stream of a listener carries a ping every other second, and a broadcaster has hundreds.
 */
class LeanStream extends UdxStream {
  override _reallocData(): Uint8Array {
    const buffer = new Uint8Array(READ_BYTES)
    // oxlint-disable-next-line no-underscore-dangle
    this._buffer = buffer
    return buffer
  }
}

/** UDX for many connections that carry little besides datagrams. */
export class LeanUdx extends UDX {
  override createStream(id: number, options?: StreamOptions): UdxStream {
    return new LeanStream(this, id, options)
  }
}
