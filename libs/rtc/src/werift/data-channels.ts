import type { RTCDataChannel, RTCDtlsTransport, RTCSctpTransport } from 'werift'
import type { ChannelName } from '../connection.ts'
import { RTC_LIMITS } from '../peer-transport.ts'
import { werift } from './module.ts'

/** What our offers and answers say of the data channels. */
export const DATA_MID = '1'
export const SCTP_PORT = 5000

/** What SCTP holds by itself: other stacks keep so much in it before they count what waits. */
const SCTP_BUFFER_BYTES = 1_048_576

export interface DataChannelEvents {
  /** Both take and deliver. */
  onOpen(): void
  onData(channel: ChannelName, bytes: Uint8Array): void
}

/**
 * The two data channels of one connection: the offerer creates them, the answerer takes those two and no other.
 *
 * Datagrams that are lost are repeated all the same: werift takes a `maxRetransmits` of 0 for none, which is as well, for
 * what it gives up otherwise is the oldest message in flight, of whatever channel.
 */
export class DataChannels {
  readonly #events: DataChannelEvents
  readonly #sctp: RTCSctpTransport
  readonly #channels = new Map<ChannelName, RTCDataChannel>()
  readonly #creates: boolean
  #remotePort = SCTP_PORT

  constructor(dtls: RTCDtlsTransport, creates: boolean, events: DataChannelEvents) {
    const { RTCSctpTransport: SctpTransport } = werift.get()
    this.#events = events
    this.#creates = creates
    this.#sctp = new SctpTransport(SCTP_PORT, RTC_LIMITS.maxMessageBytes)
    this.#sctp.setDtlsTransport(dtls)
    this.#sctp.setRemoteMaxMessageSize(RTC_LIMITS.maxMessageBytes)
    this.#sctp.onDataChannel.subscribe((channel) => this.#adopt(channel))
  }

  /** Before DTLS has connected. */
  expect(remotePort: number): void {
    this.#remotePort = remotePort
    this.#sctp.setRemotePort(remotePort)
  }

  /** When DTLS has connected. */
  async start(): Promise<void> {
    if (this.#creates) this.#create()
    await this.#sctp.start(this.#remotePort)
  }

  send(name: ChannelName, bytes: Uint8Array): boolean {
    const channel = this.#channels.get(name)
    if (channel?.readyState !== 'open') return false
    if (channel.bufferedAmount + bytes.length > RTC_LIMITS.maxQueuedBytes + SCTP_BUFFER_BYTES) return false
    try {
      channel.send(Buffer.from(bytes)) // its own bytes: they wait in a queue
      return true
    } catch {
      return false // larger than the peer takes
    }
  }

  async close(): Promise<void> {
    await this.#sctp.stop().catch(() => undefined)
  }

  /**
   * RFC 8832 section 6: the DTLS client takes even streams, the server odd ones. werift goes by the ICE role, which is
   * another one when the answerer is passive, and libdatachannel closes streams of the wrong parity.
   */
  #create(): void {
    const { RTCDataChannel: DataChannel, RTCDataChannelParameters: Parameters } = werift.get()
    const first = this.#sctp.dtlsTransport.role === 'client' ? 0 : 1
    const open = (id: number, options: object): RTCDataChannel =>
      new DataChannel(this.#sctp, new Parameters({ protocol: '', negotiated: false, id, ...options }))
    this.#listen('control', open(first, { label: 'control', ordered: true }))
    this.#listen('datagrams', open(first + 2, { label: 'datagrams', ordered: false, maxRetransmits: 0 }))
  }

  #adopt(channel: RTCDataChannel): void {
    const { label } = channel
    if ((label === 'control' || label === 'datagrams') && !this.#creates && !this.#channels.has(label)) {
      return this.#listen(label, channel)
    }
    setImmediate(() => channel.close())
  }

  #listen(name: ChannelName, channel: RTCDataChannel): void {
    this.#channels.set(name, channel)
    channel.onMessage.subscribe((message) => {
      // Text is no message of ours.
      if (typeof message !== 'string') this.#events.onData(name, new Uint8Array(message))
    })
    channel.stateChange.subscribe((state) => {
      if (state !== 'open') return
      const isOpen = (each: RTCDataChannel): boolean => each.readyState === 'open'
      if (this.#channels.size === 2 && [...this.#channels.values()].every(isOpen)) this.#events.onOpen()
    })
  }
}
