import type { SecretStream } from '@hyperswarm/secret-stream'
import { type ControlMessage, decodeControl, encodeControl, LIMITS } from '@pearcast/protocol'
import Protomux, { type MuxChannel } from 'protomux'
import { reasonOf } from './errors.ts'
import { type Rate, TokenBucket } from './rate-limit.ts'

/** Protomux's name for our channel; its id is the station's topic. */
export const CHANNEL_LABEL = 'pearcast/1'

/** Trickled candidates come in bursts of tens, pings and subscriptions are rare. */
const MESSAGE_RATE: Rate = { burst: 200, perSecond: 100 }
/** Bytes on the ordered stream, Protomux's own included: two SDPs at once, and again every second. */
const BYTE_RATE: Rate = { burst: 128 * 1024, perSecond: 32 * 1024 }

/** Written and not yet taken by the peer: one that does not read must not fill our memory. */
const MAX_UNSENT_BYTES = 256 * 1024

export interface ControlChannelEvents {
  onMessage: (message: ControlMessage) => void
  /** The peer broke a rule: its connection should end. */
  onViolation: (detail: string) => void
  /** Closed by the peer, or with its connection. */
  onClosed: () => void
}

/**
 * One Protomux channel that carries control envelopes. Unknown optional messages are skipped here, everything else
 * that is not a well-formed message, and every flood, is a violation.
 */
export class ControlChannel {
  readonly #mux: Protomux
  readonly #channel: MuxChannel | null
  readonly #events: ControlChannelEvents
  readonly #now: () => number
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket
  #unsentBytes = 0
  #over = false

  constructor(conn: SecretStream, topic: Uint8Array, events: ControlChannelEvents, now: () => number) {
    this.#events = events
    this.#now = now
    this.#messages = new TokenBucket(MESSAGE_RATE, now())
    this.#bytes = new TokenBucket(BYTE_RATE, now())
    // A connection may carry an introduction and then a station.
    this.#mux = Protomux.from(conn)
    conn.on('data', (data: Uint8Array) => this.#countBytes(data.length))
    this.#channel = this.#mux.createChannel({
      protocol: CHANNEL_LABEL,
      id: topic,
      messages: [{ onmessage: (bytes) => this.#receive(bytes) }],
      onclose: () => this.#closed(),
      ondrain: () => {
        this.#unsentBytes = 0
      },
    })
    this.#channel?.open()
  }

  /** Sends the messages in one packet when they fit; ignored once the channel is closed. */
  send(...messages: readonly ControlMessage[]): void {
    const port = this.#channel?.messages[0]
    if (!port || this.#channel === null || this.#channel.closed) return
    if (messages.length > 1) this.#mux.cork()
    for (const message of messages) {
      const bytes = encodeControl(message)
      port.send(bytes)
      if (!this.#mux.drained) this.#unsentBytes += bytes.length
    }
    if (messages.length > 1) this.#mux.uncork()
    if (this.#unsentBytes > MAX_UNSENT_BYTES) this.#violate('the peer does not read its messages')
  }

  /** Delivers nothing from now on. */
  mute(): void {
    this.#over = true
  }

  #receive(bytes: Uint8Array): void {
    if (this.#over) return
    if (!this.#messages.take(this.#now())) return this.#violate('too many control messages')
    if (bytes.length > LIMITS.maxControlBytes) return this.#violate('a control message is too long')
    let message: ReturnType<typeof decodeControl>
    try {
      message = decodeControl(bytes)
    } catch (error) {
      return this.#violate(reasonOf(error))
    }
    if (message.type !== 'unknown') return this.#events.onMessage(message)
    if (message.critical) this.#violate(`control message ${message.kind} is critical and unknown here`)
  }

  #countBytes(bytes: number): void {
    if (!this.#over && !this.#bytes.take(this.#now(), bytes)) this.#violate('too many bytes')
  }

  #violate(detail: string): void {
    if (this.#over) return
    this.#over = true
    this.#events.onViolation(detail)
  }

  #closed(): void {
    if (this.#over) return
    this.#over = true
    this.#events.onClosed()
  }
}
