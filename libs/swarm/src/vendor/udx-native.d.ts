/** The part of udx-native 1.21 that this library changes. */
declare module 'udx-native' {
  import type UdxStream from 'udx-native/lib/stream.js'

  export type StreamOptions = object
  export interface UdxSocket {
    bind(port: number, host: string): void
    address(): { host: string; port: number }
    close(): Promise<void>
  }
  export default class UDX {
    createSocket(): UdxSocket
    createStream(id: number, options?: StreamOptions): UdxStream
  }
}

declare module 'udx-native/lib/stream.js' {
  import type UDX from 'udx-native'
  import type { StreamOptions, UdxSocket } from 'udx-native'
  import type { Duplex } from 'node:stream'

  export default class UdxStream extends Duplex {
    constructor(udx: UDX, id: number, options?: StreamOptions)
    /** Null before it is connected. */
    readonly socket: UdxSocket | null
    connect(socket: UdxSocket, remoteId: number, port: number, host: string): void
    readonly _closed: boolean
    /** The stream in udx's own memory. */
    readonly _handle: Uint8Array
    /** What arrives in order is read into this; called by the constructor and whenever little is left. */
    _buffer: Uint8Array
    _reallocData(): Uint8Array
    trySend(datagram: Uint8Array): void
    /** A request, by its id, has been sent, or never will be: an error is below 0. */
    _onsend(id: number, error: number): void
  }
}

declare module 'udx-native/binding.js' {
  const binding: {
    readonly sizeof_udx_stream_send_t: number
    /** Calls `_onsend` before it returns, unless the socket takes nothing now: then request and datagram have to live on. */
    udx_napi_stream_send(stream: Uint8Array, request: Uint8Array, id: number, datagram: Uint8Array): number
  }
  export default binding
}
