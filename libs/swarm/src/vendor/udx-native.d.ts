/** The part of udx-native 1.21 that this library changes. */
declare module 'udx-native' {
  import type UdxStream from 'udx-native/lib/stream.js'

  export type StreamOptions = object
  export default class UDX {
    createStream(id: number, options?: StreamOptions): UdxStream
  }
}

declare module 'udx-native/lib/stream.js' {
  import type UDX from 'udx-native'
  import type { StreamOptions } from 'udx-native'

  export default class UdxStream {
    constructor(udx: UDX, id: number, options?: StreamOptions)
    /** What arrives in order is read into this; called by the constructor and whenever little is left. */
    _buffer: Uint8Array
    _reallocData(): Uint8Array
  }
}
