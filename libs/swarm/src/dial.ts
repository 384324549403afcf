import type { SecretStream } from '@hyperswarm/secret-stream'
import HyperDHT, { type DhtKeyPair } from 'hyperdht'
import type { Address } from './address.ts'
import { createBoundedStream } from './bounded-stream.ts'
import { codeOf } from './errors.ts'
import type { Refusal } from './handshake.ts'
import type { OpenLink } from './open-link.ts'
import type { LinkEnd } from './peer-link.ts'
import { PendingLink, type PendingLinkOptions } from './pending-link.ts'
import type { SetTimer } from './timer.ts'
import { connectionTraits, isLottery, type PunchClasses, viaOf } from './via.ts'

/** Why a dial brought no link: HyperDHT's own code, e.g. PEER_NOT_FOUND, or the handshake's. */
export interface DialFailure extends Omit<Refusal, 'code'> {
  code: string
}

export interface DialOptions {
  /** Hex of `remoteKey`. */
  key: string
  setTimer: SetTimer
  dht: HyperDHT
  remoteKey: Uint8Array
  /** DHT nodes through which the peer said he can be reached; they save a search. */
  relayAddresses: readonly Address[]
  topic: Uint8Array
  /** Noise key of this dial; default: a fresh one. */
  keyPair?: DhtKeyPair
  handshake: PendingLinkOptions['handshake']
  /** Unix time, ms. */
  now: () => number
  /** Until the Noise connection is open. */
  dialTimeoutMs: number
  /** From then until the peer is proven. */
  handshakeTimeoutMs: number
  /** The peer has answered, and holes are to be opened: by luck where one NAT maps at random. */
  onAnswered?: (lottery: boolean) => void
  onLink: (link: OpenLink) => void
  onFailed: (failure: DialFailure) => void
  onEnd: (link: OpenLink, end: LinkEnd) => void
}

/**
 * One attempt at one key, under a fresh Noise key: HyperDHT keeps one connection for a pair of keys, and a second
 * dial beside a suspect link must not end it. Exactly one of `onLink` and `onFailed` is called, unless it is abandoned.
 */
export class Dial {
  readonly key: string
  readonly startMs: number
  readonly #options: DialOptions
  #stopTimer: () => void
  #conn: SecretStream | undefined
  #pending: PendingLink | undefined
  #punch: PunchClasses | undefined
  #failure: DialFailure = { code: 'CLOSED', detail: 'the connection ended before it opened' }
  #over = false

  constructor(options: DialOptions) {
    this.key = options.key
    this.#options = options
    this.startMs = options.now()
    this.#stopTimer = () => undefined
    this.#begin()
  }

  #begin(): void {
    const { dht, remoteKey, relayAddresses, dialTimeoutMs, setTimer } = this.#options
    const conn = dht.connect(remoteKey, {
      keyPair: this.#options.keyPair ?? HyperDHT.keyPair(),
      relayAddresses,
      createSecretStream: createBoundedStream,
      holepunch: (remoteFirewall, localFirewall) => {
        this.#punch = { remoteFirewall, localFirewall }
        this.#options.onAnswered?.(isLottery(this.#punch))
        return true
      },
    })
    this.#conn = conn
    this.#stopTimer = setTimer(() => {
      this.#failure = { code: 'TIMEOUT', detail: `no connection within ${dialTimeoutMs} ms` }
      conn.destroy()
    }, dialTimeoutMs)
    conn.on('error', (error: Error) => {
      this.#failure = { code: codeOf(error), detail: error.message }
    })
    conn.once('open', () => this.#opened(conn))
    conn.once('close', () => this.#closed())
  }

  /** Ends the attempt without a callback. */
  abandon(): Promise<void> {
    if (this.#over) return Promise.resolve()
    this.#over = true
    this.#stopTimer()
    if (this.#pending) return this.#pending.abort()
    const conn = this.#conn
    if (!conn || conn.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      conn.once('close', () => resolve())
      conn.destroy()
    })
  }

  #opened(conn: SecretStream): void {
    this.#stopTimer()
    if (this.#over) return
    const { dht, topic, handshake, now, handshakeTimeoutMs, onLink, onFailed, onEnd } = this.#options
    this.#pending = new PendingLink({
      conn,
      topic,
      handshake,
      via: () => viaOf(connectionTraits(dht, conn, this.#punch)),
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
    this.#stopTimer()
    if (this.#over || this.#pending) return
    this.#over = true
    this.#options.onFailed(this.#failure)
  }
}
