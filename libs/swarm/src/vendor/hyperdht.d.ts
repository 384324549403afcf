/** The part of hyperdht 6.34 and dht-rpc 6.27 that this library uses. */
declare module 'hyperdht' {
  import type { EventEmitter } from 'node:events'
  import type { SecretStream, RawStream, UdxSocket } from '@hyperswarm/secret-stream'

  export interface HostPort {
    host: string
    port: number
  }
  export interface DhtKeyPair {
    publicKey: Uint8Array
    secretKey: Uint8Array
  }
  export interface RecordSigner {
    publicKey: Uint8Array
    sign(signable: Uint8Array): Uint8Array | Promise<Uint8Array>
  }
  export interface LookupPeer {
    publicKey: Uint8Array
    relayAddresses: HostPort[]
  }
  export interface LookupReply {
    from: HostPort
    peers: LookupPeer[]
  }
  export interface MutableReply {
    seq: number
    value: Uint8Array
    signature: Uint8Array
  }
  export interface Query<T> extends AsyncIterable<T> {
    finished(): Promise<void>
    destroy(error?: Error): void
  }
  export type CreateSecretStream = (
    isInitiator: boolean,
    rawStream: RawStream | null,
    options: object,
  ) => SecretStream
  export type PunchHook = (
    remoteFirewall: number,
    localFirewall: number,
    remoteAddresses: readonly HostPort[],
    localAddresses: readonly HostPort[] | null,
  ) => boolean
  export interface ConnectOptions {
    keyPair?: DhtKeyPair
    relayAddresses?: readonly HostPort[]
    createSecretStream?: CreateSecretStream
    holepunch?: PunchHook
    localConnection?: boolean
  }
  export interface DhtServer extends EventEmitter {
    firewall(
      remotePublicKey: Uint8Array,
      payload: unknown,
      clientAddress: HostPort,
    ): boolean | Promise<boolean>
    holepunch: PunchHook
    createSecretStream: CreateSecretStream
    readonly publicKey: Uint8Array | null
    listen(keyPair?: DhtKeyPair): Promise<unknown>
    readonly relayAddresses: readonly HostPort[]
    /** The announcer is to look for relays anew; it may sleep for 3 s before it does. */
    refresh(): void
    /** The announcer need not wait for an answer from the network any more. */
    notifyOnline(): void
    /** Null until it listens. `_updating`: it looks for relays just now. */
    readonly _announcer: {
      readonly _updating: Promise<void> | null
      readonly _sleeper: { resume(): void }
    } | null
    close(): Promise<void>
  }
  export interface DhtOptions {
    bootstrap?: readonly HostPort[]
    host?: string
    port?: number | readonly [number, number]
    keyPair?: DhtKeyPair
    ephemeral?: boolean
    firewalled?: boolean
    anyPort?: boolean
    maxWindow?: number
    udx?: unknown
  }
  export type DhtListener = (...args: never[]) => void
  export default class HyperDHT {
    constructor(options?: DhtOptions)
    static bootstrapper(port: number, host: string, options?: DhtOptions): HyperDHT
    static keyPair(seed?: Uint8Array): DhtKeyPair
    static hash(data: Uint8Array): Uint8Array
    static readonly BOOTSTRAP: readonly string[]
    readonly defaultKeyPair: DhtKeyPair
    /** The address other nodes see; null while none of them has answered. */
    readonly host: string | null
    /** 0 while unknown, and for a NAT that maps each destination to another port. */
    readonly port: number
    readonly randomized: boolean
    firewalled: boolean
    ephemeral: boolean
    /** What other nodes saw of us, the latest 16 answers. */
    _nat: object
    /** Bootstrap nodes whose answer has been counted in it. */
    _nonePersistentSamples: string[]
    /** Whom this node knows; `sampled`: when its latest answer was counted, 0 for never. */
    readonly nodes: { toArray(): { sampled: number }[] }
    readonly destroyed: boolean
    readonly suspended: boolean
    readonly online: boolean
    readonly listening: ReadonlySet<DhtServer>
    readonly io: {
      readonly serverSocket: UdxSocket | null
      readonly clientSocket: UdxSocket | null
      firewalled: boolean
      ephemeral: boolean
      readonly networkInterfaces: {
        readonly interfaces: readonly { readonly host: string }[]
        destroy(): Promise<unknown>
      }
    }
    readonly stats: {
      readonly punches: { consistent: number; random: number; open: number }
      readonly requests: { responses: number; timeouts: number }
      /** Sockets for hole punches, one for each handshake that needs one. */
      readonly socketPool: { socketsAdded: number }
    }
    bind(): Promise<void>
    fullyBootstrapped(): Promise<void>
    address(): HostPort | null
    remoteAddress(): HostPort | null
    /** The nodes of the routing table, those heard of last first. */
    toArray(options?: { limit?: number }): HostPort[]
    /** Asks nodes to answer to the port that serves, which has not written to them: false when they come through. */
    _checkIfFirewalled(): Promise<boolean>
    /** One command to one node; `value` is null where it only asks. */
    request(message: { value: Uint8Array | null }, to: HostPort): Promise<unknown>
    connect(publicKey: Uint8Array, options?: ConnectOptions): SecretStream
    createServer(options?: object, onconnection?: (conn: SecretStream) => void): DhtServer
    lookup(target: Uint8Array, options?: object): Query<LookupReply | null>
    announce(
      target: Uint8Array,
      keyPair: DhtKeyPair,
      relayAddresses?: readonly HostPort[],
      options?: { clear?: boolean },
    ): Query<LookupReply | null>
    unannounce(target: Uint8Array, keyPair: DhtKeyPair): Promise<void>
    mutableGet(
      publicKey: Uint8Array,
      options?: { seq?: number; latest?: boolean },
    ): Promise<MutableReply | null>
    mutablePut(
      keyPair: DhtKeyPair | RecordSigner,
      value: Uint8Array,
      options?: { seq?: number },
    ): Promise<{ seq: number }>
    ping(to: HostPort, options?: { retry?: boolean }): Promise<{ to: HostPort }>
    destroy(options?: { force?: boolean }): Promise<void>
    on(event: string, listener: DhtListener): this
    off(event: string, listener: DhtListener): this
    emit(event: string, ...args: unknown[]): boolean
    setMaxListeners(count: number): void
    listeners(event: string): DhtListener[]
  }
}
