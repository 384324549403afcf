import type { DataChannel, PeerConnection } from 'node-datachannel'
import type { ChannelName } from '../connection.ts'
import { RTC_LIMITS } from '../peer-transport.ts'

export interface DataChannelEvents {
  /** Both take and deliver. */
  onOpen(): void
  onData(channel: ChannelName, bytes: Uint8Array): void
}

/** The two data channels of one connection: the offerer creates them, the answerer takes those two and no other. */
export class DataChannels {
  readonly #events: DataChannelEvents
  readonly #channels = new Map<ChannelName, DataChannel>()
  readonly #open = new Set<ChannelName>()

  constructor(events: DataChannelEvents) {
    this.#events = events
  }

  create(connection: PeerConnection): void {
    this.#listen('control', connection.createDataChannel('control'))
    this.#listen(
      'datagrams',
      connection.createDataChannel('datagrams', { unordered: true, maxRetransmits: 0 }),
    )
  }

  adopt(channel: DataChannel): void {
    const label = channel.getLabel()
    if ((label === 'control' || label === 'datagrams') && !this.#channels.has(label)) {
      return this.#listen(label, channel)
    }
    confirmClose(channel)
    setImmediate(() => channel.close())
  }

  send(name: ChannelName, bytes: Uint8Array): boolean {
    const channel = this.#channels.get(name)
    if (channel === undefined || !this.#open.has(name)) return false
    try {
      if (channel.bufferedAmount() + bytes.length > RTC_LIMITS.maxQueuedBytes) return false
      return channel.sendMessageBinary(bytes)
    } catch {
      return false // just closed by the peer, or larger than it takes
    }
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close()
  }

  #listen(name: ChannelName, channel: DataChannel): void {
    this.#channels.set(name, channel)
    channel.onMessage((message) => {
      // Text is no message of ours.
      if (typeof message !== 'string') this.#events.onData(name, new Uint8Array(message))
    })
    channel.onOpen(() => {
      this.#open.add(name)
      if (this.#open.size === 2) this.#events.onOpen()
    })
    confirmClose(channel, () => this.#open.delete(name))
  }
}

/** Channels whose end the native side has not confirmed: their wrappers must not be collected before. */
const unconfirmed = new Set<DataChannel>()

function confirmClose(channel: DataChannel, closed: () => void = () => undefined): void {
  unconfirmed.add(channel)
  channel.onClosed(() => {
    unconfirmed.delete(channel)
    closed()
  })
}
