/// <reference path="./vendor/hyperdht.d.ts" />
/// <reference path="./vendor/secret-stream.d.ts" />
import type { SecretStream } from '@hyperswarm/secret-stream'
import HyperDHT from 'hyperdht'
import type { Address } from './address.ts'
import { createBoundedStream } from './bounded-stream.ts'
import { codeOf } from './errors.ts'
import type { Refusal } from './handshake.ts'
import type { LinkEnd, OpenLink } from './peer-link.ts'
import { PendingLink, type PendingLinkOptions } from './pending-link.ts'
import { connectionTraits, type PunchClasses, viaOf } from './via.ts'

/** Why a dial brought no link: HyperDHT's own code, e.g. PEER_NOT_FOUND, or the handshake's. */
export interface DialFailure extends Omit<Refusal, 'code'> {
  code: string
}

export interface DialOptions {
  dht: HyperDHT
  remoteKey: Uint8Array
  /** DHT nodes through which the peer said he can be reached; they save a search. */
  relayAddresses: readonly Address[]
  topic: Uint8Array
  handshake: PendingLinkOptions['handshake']
  /** Unix time, ms. */
  now: () => number
  /** Until the Noise connection is open. */
  dialTimeoutMs: number
  /** From then until the peer is proven. */
  handshakeTimeoutMs: number
  onLink(link: OpenLink): void
  onFailed(failure: DialFailure): void
  onEnd(link: OpenLink, end: LinkEnd): void
}

/**
 * One attempt at one key, under a fresh Noise key: HyperDHT keeps one connection for a pair of keys, and a second
 * dial beside a suspect link must not end it. Exactly one of `onLink` and `onFailed` is called, unless it is abandoned.
 */
export class Dial {
  readonly #options: DialOptions
  readonly #conn: SecretStream
  readonly #timer: ReturnType<typeof setTimeout>
  #pending: PendingLink | undefined
  #punch: PunchClasses | undefined
  #failure: DialFailure = { code: 'CLOSED', detail: 'the connection ended before it opened' }
  #over = false

  constructor(options: DialOptions) {
    this.#options = options
    const { dialTimeoutMs } = options
    this.#conn = options.dht.connect(options.remoteKey, {
      keyPair: HyperDHT.keyPair(),
      relayAddresses: options.relayAddresses,
      createSecretStream: createBoundedStream,
      holepunch: (remoteFirewall, localFirewall) => {
        this.#punch = { remoteFirewall, localFirewall }
        return true
      },
    })
    this.#timer = setTimeout(() => {
      this.#failure = { code: 'TIMEOUT', detail: `no connection within ${dialTimeoutMs} ms` }
      this.#conn.destroy()
    }, dialTimeoutMs)
    this.#conn.on('error', (error: Error) => {
      this.#failure = { code: codeOf(error), detail: error.message }
    })
    this.#conn.once('open', () => this.#opened())
    this.#conn.once('close', () => this.#closed())
  }

  /** Ends the attempt without a callback. */
  abandon(): Promise<void> {
    if (this.#over) return Promise.resolve()
    this.#over = true
    clearTimeout(this.#timer)
    if (this.#pending) return this.#pending.abort()
    return new Promise((resolve) => {
      this.#conn.once('close', () => resolve())
      this.#conn.destroy()
    })
  }

  #opened(): void {
    clearTimeout(this.#timer)
    if (this.#over) return
    const { dht, topic, handshake, now, handshakeTimeoutMs, onLink, onFailed, onEnd } = this.#options
    this.#pending = new PendingLink({
      conn: this.#conn,
      topic,
      handshake,
      via: () => viaOf(connectionTraits(dht, this.#conn, this.#punch)),
      now,
      timeoutMs: handshakeTimeoutMs,
      onLink: (link) => {
        this.#over = true
        onLink(link)
      },
      onRefused: (refusal) => {
        this.#over = true
        onFailed(refusal)
      },
      onEnd,
    })
  }

  #closed(): void {
    clearTimeout(this.#timer)
    if (this.#over || this.#pending) return
    this.#over = true
    this.#options.onFailed(this.#failure)
  }
}
