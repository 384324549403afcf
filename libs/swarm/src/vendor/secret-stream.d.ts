/** The part of @hyperswarm/secret-stream 6.9 and udx-native 1.21 streams that this library uses. */
declare module '@hyperswarm/secret-stream' {
  import type { Duplex } from 'node:stream'

  export interface UdxSocket {
    address(): { host: string; port: number }
  }
  export interface RawStream extends Duplex {
    readonly socket: UdxSocket | null
    readonly connected: boolean
    readonly remoteHost: string | null
    readonly remotePort: number
    readonly mtu: number
    /** Smoothed round-trip time of the ordered stream, ms. */
    readonly rtt: number
    trySend(datagram: Uint8Array): void
    /** Looked up by secret-stream before it allocates a message that spans packets. */
    setContentSize?: (bytes: number) => void
    /** Datagrams that wait for the socket; of a stream of `LeanUdx`. */
    readonly unsent?: number
  }
  export interface SecretStream extends Duplex {
    readonly publicKey: Uint8Array
    readonly remotePublicKey: Uint8Array
    readonly handshakeHash: Uint8Array
    readonly isInitiator: boolean
    readonly rawStream: RawStream
    readonly opened: Promise<boolean>
    readonly destroying: boolean
    readonly connected: boolean
    userData: unknown
    setKeepAlive(ms: number): void
    setTimeout(ms: number): void
    flush(): Promise<boolean>
    /** Its own datagrams: not confidential, see `BoundedSecretStream`. */
    trySend(datagram: Uint8Array): void
  }
  export default class NoiseSecretStream extends Duplex implements SecretStream {
    constructor(isInitiator: boolean, rawStream: RawStream | null, options?: object)
    readonly publicKey: Uint8Array
    readonly remotePublicKey: Uint8Array
    readonly handshakeHash: Uint8Array
    readonly isInitiator: boolean
    readonly rawStream: RawStream
    readonly opened: Promise<boolean>
    readonly destroying: boolean
    readonly connected: boolean
    userData: unknown
    start(rawStream: RawStream | null, options?: object): void
    setKeepAlive(ms: number): void
    setTimeout(ms: number): void
    flush(): Promise<boolean>
    trySend(datagram: Uint8Array): void
  }
}
