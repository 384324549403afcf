/** The part of protomux 3.12 that this library uses. */
declare module 'protomux' {
  import type { SecretStream } from '@hyperswarm/secret-stream'

  export interface MuxMessage {
    send(message: Uint8Array): boolean
  }
  export interface MuxChannel {
    readonly opened: boolean
    readonly closed: boolean
    readonly messages: readonly MuxMessage[]
    open(): void
    close(): void
  }
  export default class Protomux {
    constructor(stream: SecretStream)
    /** The one of this stream, made when there is none. */
    static from(stream: SecretStream): Protomux
    readonly stream: SecretStream
    /** False while the stream holds back what was written. */
    readonly drained: boolean
    createChannel(options: {
      protocol: string
      id: Uint8Array | null
      unique?: boolean
      messages: readonly { onmessage(message: Uint8Array): void }[]
      onopen?: () => void
      onclose?: () => void
      ondrain?: () => void
    }): MuxChannel | null
    cork(): void
    uncork(): void
    destroy(error?: Error): void
  }
}
