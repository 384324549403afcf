/** The part of hyperswarm 4.17 that this library uses. */
declare module 'hyperswarm' {
  import type { EventEmitter } from 'node:events'
  import type { default as HyperDHT, DhtKeyPair, DhtServer } from 'hyperdht'
  import type { SecretStream } from '@hyperswarm/secret-stream'

  export interface DiscoverySession {
    destroy(): Promise<void>
    refresh(options?: { client?: boolean; server?: boolean }): Promise<boolean>
    flushed(): Promise<boolean>
    destroy(): Promise<void>
  }
  export default class Hyperswarm extends EventEmitter {
    constructor(options: {
      dht: HyperDHT
      keyPair: DhtKeyPair
      maxPeers?: number
      firewall?: (remotePublicKey: Uint8Array) => boolean
    })
    readonly keyPair: DhtKeyPair
    readonly server: DhtServer
    readonly connections: ReadonlySet<SecretStream>
    /** Assigned only to keep `destroy()` from ending a node that others still use. */
    dht: { destroy(options?: { force?: boolean }): Promise<void> }
    join(topic: Uint8Array, options: { server: boolean; client: boolean }): DiscoverySession
    clear(): Promise<unknown>
    destroy(options?: { force?: boolean }): Promise<void>
  }
}
