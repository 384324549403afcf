import type { PeerTransport, PeerTransportOptions, PeerTransportState } from '../peer-transport.ts'
import { createTransport, type RtcStack } from '../stacks.ts'
import type { Wire } from './wire.ts'

const SENDER_SSRC = 0x1234_5678

/** A transport and what it reported. */
export interface Observed {
  transport: PeerTransport
  states: PeerTransportState[]
  packets: Uint8Array[]
  candidates: string[]
  repairRequests: number[][]
  messages: Uint8Array[]
  datagrams: Uint8Array[]
  /** How often `onChannelsOpen` came. */
  channelsOpen: { count: number }
  until(state: PeerTransportState): Promise<void>
}

export interface Pair {
  sender: Observed
  receiver: Observed
  close(): void
}

/** Loopback, unless another address or `all` of them are asked for. */
export type TestOptions = Omit<PeerTransportOptions, 'events'> & { stack?: RtcStack }

export function observe(
  { bindAddress = '127.0.0.1', stack = 'ndc', ...options }: TestOptions,
  onCandidate: (candidate: string, mid: string) => void = () => undefined,
): Observed {
  const waiting: (() => void)[] = []
  const observed = {
    states: [] as PeerTransportState[],
    packets: [] as Uint8Array[],
    candidates: [] as string[],
    repairRequests: [] as number[][],
    messages: [] as Uint8Array[],
    datagrams: [] as Uint8Array[],
    channelsOpen: { count: 0 },
  }
  const transport = createTransport(stack, {
    ...options,
    ...(bindAddress === 'all' ? {} : { bindAddress }),
    events: {
      onCandidate: (candidate, mid) => {
        observed.candidates.push(candidate)
        onCandidate(candidate, mid)
      },
      onState: (state) => {
        observed.states.push(state)
        waiting.forEach((check) => check())
      },
      onRtp: (packet) => observed.packets.push(packet),
      onRepairRequest: (sequenceNumbers) => observed.repairRequests.push([...sequenceNumbers]),
      onChannelsOpen: () => observed.channelsOpen.count++,
      onMessage: (message) => observed.messages.push(message),
      onDatagram: (datagram) => observed.datagrams.push(datagram),
    },
  })
  const until = (state: PeerTransportState): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (observed.states.includes(state)) resolve()
        else if (observed.states.includes('failed') || observed.states.includes('closed')) {
          reject(new Error(`waited for ${state}, got ${observed.states.join(' -> ')}`))
        }
      }
      waiting.push(check)
      check()
    })
  return { transport, ...observed, until }
}

/** Who makes the sender, and who the receiver. */
export type Stacks = readonly [sender: RtcStack, receiver: RtcStack]

/** Every way in which two peers can meet. */
export const COMBINATIONS: readonly Stacks[] = [
  ['ndc', 'ndc'],
  ['ndc', 'werift'],
  ['werift', 'ndc'],
  ['werift', 'werift'],
]

/** Two transports that trickle to each other, through the wire if there is one; not negotiated yet. */
export function createPair(
  options: Partial<TestOptions> = {},
  wire?: Wire,
  stacks: Stacks = ['ndc', 'ndc'],
): Pair {
  const [first, second] = stacks
  const sender = observe({ ...options, stack: first, role: 'sender', ssrc: SENDER_SSRC }, (candidate, mid) =>
    receiver.transport.addCandidate(wire?.through('sender', candidate) ?? candidate, mid),
  )
  const receiver: Observed = observe(
    { ...options, stack: second, role: 'receiver', ssrc: 0x8765_4321 },
    (candidate, mid) => sender.transport.addCandidate(wire?.through('receiver', candidate) ?? candidate, mid),
  )
  return {
    sender,
    receiver,
    close() {
      sender.transport.close()
      receiver.transport.close()
    },
  }
}

/** Negotiates and waits until both are connected. */
export async function connect({ sender, receiver }: Pick<Pair, 'sender' | 'receiver'>): Promise<void> {
  const offer = await sender.transport.createOffer()
  await sender.transport.acceptAnswer(await receiver.transport.acceptOffer(offer))
  await Promise.all([sender.until('connected'), receiver.until('connected')])
}

/** An RTP packet with an RFC 8285 two-byte header extension (profile 0x1000): element 13 of 85 bytes. */
export function rtpPacket(sequenceNumber: number, payloadBytes = 241): Uint8Array {
  const extensionWords = 22 // 2 + 85 bytes, padded
  const packet = new Uint8Array(12 + 4 + 4 * extensionWords + payloadBytes)
  const view = new DataView(packet.buffer)
  view.setUint8(0, 0x90)
  view.setUint8(1, 111)
  view.setUint16(2, sequenceNumber)
  view.setUint32(4, sequenceNumber * 960)
  view.setUint32(8, SENDER_SSRC)
  view.setUint16(12, 0x1000)
  view.setUint16(14, extensionWords)
  view.setUint8(16, 13)
  view.setUint8(17, 85)
  for (let i = 0; i < 85; i++) packet[18 + i] = (sequenceNumber * 7 + i) & 0xff
  for (let i = 16 + 4 * extensionWords; i < packet.length; i++) packet[i] = (sequenceNumber * 31 + i) & 0xff
  return packet
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits until it is true; false when it is not within that time. */
export async function eventually(isTrue: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs
  while (!isTrue() && performance.now() < end) await pause(5)
  return isTrue()
}
