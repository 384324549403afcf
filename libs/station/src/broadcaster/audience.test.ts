import sodium from 'sodium-universal'
import { FrameBus } from '@pearcast/media'
import {
  decodeDatagram,
  decodeFrameBody,
  encodeDatagram,
  FrameSigner,
  keyPairFromSeed,
  type ControlMessage,
} from '@pearcast/protocol'
import type { SignalingPhase } from '@pearcast/session-fsm'
import { beforeEach, describe, expect, test } from 'vitest'
import { nowUs } from '../clock.ts'
import type { BroadcastEvent } from '../events.ts'
import type { RtcCarrier } from '../rtc-session.ts'
import { createMemoryLink, type MemoryLink } from '../testing/memory-link.ts'
import { Audience } from './audience.ts'

const signer = new FrameSigner(
  sodium,
  keyPairFromSeed(sodium, new Uint8Array(32)).secretKey,
  new Uint8Array(32),
)
const CHANNEL = 5

class FakeRtc implements RtcCarrier {
  readonly packets: Uint8Array[] = []
  closed = false
  readonly onPhase: (phase: SignalingPhase) => void
  constructor(onPhase: (phase: SignalingPhase) => void) {
    this.onPhase = onPhase
  }
  sendRtp(packet: Uint8Array): boolean {
    return this.packets.push(packet) > 0
  }
  receive(): void {
    throw new Error('no signal was sent')
  }
  close(): void {
    this.closed = true
    this.onPhase('closed')
  }
}

let bus: FrameBus
let audience: Audience
let events: BroadcastEvent[]
let rtc: FakeRtc[]

beforeEach(() => {
  bus = new FrameBus()
  events = []
  rtc = []
  audience = createAudience(2)
})

function createAudience(maxListeners: number): Audience {
  return new Audience({
    bus,
    maxListeners,
    describe: (channel) => ({
      type: 'accepted',
      channel,
      headSeq: Math.max(0, bus.ring.head),
      frameSamples: 960,
      channels: 2,
      bitrate: 96_000,
      title: 'Test',
    }),
    openRtc: ({ onPhase }) => {
      const session = new FakeRtc((phase) => onPhase(phase, ''))
      rtc.push(session)
      return session
    },
    onEvent: (event) => events.push(event),
  })
}

function publish(seq: number): void {
  const captureUs = nowUs()
  bus.publish(signer.sign({ seq, ts48k: seq * 960, captureUs, payload: Uint8Array.of(0xf8, seq % 256) }))
}

function join(id: string, paths: { swarm: boolean; webrtc: boolean }): MemoryLink {
  const link = createMemoryLink(id)
  audience.adopt(link)
  link.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths })
  return link
}

function framesOf(link: MemoryLink): number[] {
  return link.datagrams.flatMap((bytes) => {
    const datagram = decodeDatagram(bytes)
    return datagram.type === 'frame' ? [decodeFrameBody(datagram.body, datagram.hops).seq] : []
  })
}

const SWARM = { swarm: true, webrtc: false }
const BOTH = { swarm: true, webrtc: true }
const select = (path: 'swarm' | 'webrtc'): ControlMessage => ({ type: 'select', channel: CHANNEL, path })

describe('a listener that joins', () => {
  test('is told what it will hear, and gets the live edge at once', () => {
    for (let seq = 1; seq <= 3; seq++) publish(seq)
    const link = join('a', SWARM)
    expect(link.sent).toContainEqual(
      expect.objectContaining({ type: 'accepted', channel: CHANNEL, headSeq: 3 }),
    )
    publish(4)
    expect(framesOf(link)).toEqual([1, 2, 3, 4])
    expect(events).toEqual([{ event: 'listener-joined', id: 'a', path: 'swarm', via: 'lan' }])
  })

  test('finds the station full when it is, and enters when somebody has left', () => {
    join('a', SWARM)
    const b = join('b', SWARM)
    const c = join('c', SWARM)
    expect(c.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
    publish(1)
    expect(framesOf(c)).toEqual([])
    b.lose()
    expect(events.at(-1)).toEqual({ event: 'listener-left', id: 'b', reason: 'lost' })
    c.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    publish(2)
    expect(framesOf(c)).toContain(2)
  })

  test('of another rendition is refused for good', () => {
    const link = createMemoryLink('a')
    audience.adopt(link)
    link.receive({ type: 'subscribe', channel: 1, variant: 3, paths: SWARM })
    expect(link.sent).toEqual([
      expect.objectContaining({ type: 'refused', reason: 'not-allowed', retryAfterMs: 0 }),
    ])
  })

  test('that wants WebRTC alone is refused where that is not to be had', () => {
    const children = Array.from({ length: 33 }, (_, i) => String(i))
    audience = createAudience(40)
    const links = children.map((id) => join(id, { swarm: false, webrtc: true }))
    expect(links[31]?.sent).toContainEqual(expect.objectContaining({ type: 'accepted' }))
    expect(links[32]?.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
  })

  test('is waited for', async () => {
    let gathered = false
    const waiting = audience.gathered(2).then(() => (gathered = true))
    join('a', SWARM)
    await Promise.resolve()
    expect(gathered).toBe(false)
    join('b', SWARM)
    await waiting
    expect(audience.size).toBe(2)
  })
})

describe('repair', () => {
  test('sends a lost frame again, byte for byte, and nothing that was not asked for', () => {
    const link = join('a', SWARM)
    for (let seq = 1; seq <= 9; seq++) publish(seq)
    const before = link.datagrams.slice()
    link.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [3, 7] }))
    expect(link.datagrams.slice(before.length)).toEqual([before[2], before[6]])
  })

  test('ignores what it never had, another channel, and bytes that mean nothing', () => {
    const link = join('a', SWARM)
    publish(1)
    const count = link.datagrams.length
    link.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [2, 4000] }))
    link.receiveDatagram(encodeDatagram({ type: 'nack', channel: 6, seqs: [1] }))
    link.receiveDatagram(Uint8Array.of(0xff, 0xff))
    expect(link.datagrams).toHaveLength(count)
  })

  test('has a limit: who asks without end does not get without end', () => {
    const link = join('a', SWARM)
    for (let seq = 1; seq <= 64; seq++) publish(seq)
    const count = link.datagrams.length
    const seqs = Array.from({ length: 64 }, (_, i) => i + 1)
    for (let i = 0; i < 50; i++)
      link.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs }))
    expect(link.datagrams.length - count).toBeLessThanOrEqual(200)
  })
})

describe('a switch to WebRTC', () => {
  test('is make before break: both carry the frames until the listener selects', () => {
    const link = join('a', BOTH)
    publish(1)
    rtc[0]?.onPhase('connected')
    publish(2)
    link.receive(select('webrtc'))
    publish(3)
    expect(framesOf(link)).toEqual([1, 2])
    expect(rtc[0]?.packets).toHaveLength(2)
    expect(events.at(-1)).toEqual({
      event: 'listener-path',
      id: 'a',
      from: 'swarm',
      path: 'webrtc',
      via: 'webrtc',
    })
  })

  test('falls back to swarm with the latest frames when WebRTC fails', () => {
    const link = join('a', BOTH)
    rtc[0]?.onPhase('connected')
    link.receive(select('webrtc'))
    for (let seq = 1; seq <= 3; seq++) publish(seq)
    rtc[0]?.onPhase('failed')
    publish(4)
    expect(framesOf(link)).toEqual([1, 2, 3, 4])
    expect(events.at(-1)).toMatchObject({ event: 'listener-path', from: 'webrtc', path: 'swarm' })
  })

  test('cannot be selected before it is connected', () => {
    const link = join('a', BOTH)
    link.receive(select('webrtc'))
    publish(1)
    expect(framesOf(link)).toEqual([1])
  })

  test('that is selected before our own end is connected goes on', () => {
    const link = join('a', { swarm: false, webrtc: true })
    link.receive(select('webrtc'))
    expect(rtc[0]?.closed).toBe(false)
    rtc[0]?.onPhase('connected')
    publish(1)
    expect(rtc[0]?.packets).toHaveLength(1)
  })

  test('that the listener gives up ends the WebRTC session, and a later subscription opens another', () => {
    const link = join('a', BOTH)
    rtc[0]?.onPhase('connected')
    link.receive(select('swarm'))
    expect(rtc[0]?.closed).toBe(true)
    link.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: BOTH })
    expect(rtc).toHaveLength(2)
  })

  test('meanwhile the link shows that it lives', () => {
    const link = join('a', BOTH)
    rtc[0]?.onPhase('connected')
    link.receive(select('webrtc'))
    publish(1)
    audience.beat(undefined)
    const last = link.datagrams.at(-1)
    expect(last && decodeDatagram(last)).toEqual({ type: 'hop-heartbeat', channel: CHANNEL, headSeq: 1 })
  })

  test('alone: a listener that wants no swarm gets no frame by it, and counts from its connection', () => {
    const link = join('a', { swarm: false, webrtc: true })
    publish(1)
    expect(audience.size).toBe(0)
    rtc[0]?.onPhase('connected')
    publish(2)
    expect(framesOf(link)).toEqual([])
    expect(rtc[0]?.packets).toHaveLength(1)
    expect(events).toEqual([{ event: 'listener-joined', id: 'a', path: 'webrtc', via: 'webrtc' }])
  })
})
