import sodium from 'sodium-universal'
import { FrameRing } from '@pearcast/media'
import {
  decodeDatagram,
  decodeFrameBody,
  encodeDatagram,
  FrameSigner,
  keyPairFromSeed,
  type ControlMessage,
  type Frame,
} from '@pearcast/protocol'
import type { Reception, SignalingPhase } from '@pearcast/session-fsm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nowUs } from '../clock.ts'
import type { BroadcastEvent } from '../events.ts'
import type { RtcCarrier } from '../rtc-session.ts'
import { createMemoryLink, type MemoryLink } from '../testing/memory-link.ts'
import { RelayPeer } from '@pearcast/relay'
import { Audience, hostLimits } from './audience.ts'

const signer = new FrameSigner(
  sodium,
  keyPairFromSeed(sodium, new Uint8Array(32)).secretKey,
  new Uint8Array(32),
)
const CHANNEL = 5
const BITRATE = 20_000

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

let ring: FrameRing
/** To those who listen to `audience`. */
let send: (frame: Frame) => void
let audience: Audience
let events: BroadcastEvent[]
let rtc: FakeRtc[]

beforeEach(() => {
  ring = new FrameRing()
  events = []
  rtc = []
  audience = createAudience(2)
})

function createAudience(maxListeners: number, uplinkBps?: number): Audience {
  const created = new Audience({
    ring,
    bitrate: BITRATE,
    uplinkBps,
    announcement: () => undefined,
    clockUs: nowUs,
    openRtc: ({ onPhase }) => {
      const session = new FakeRtc((phase) => onPhase(phase, ''))
      rtc.push(session)
      return session
    },
    onEvent: (event) => events.push(event),
  })
  const tree = new RelayPeer({
    self: 'ff'.repeat(32),
    isRoot: true,
    ring,
    limits: hostLimits(maxListeners, { bitrate: BITRATE, maxPerPrefix: maxListeners }),
    random: () => 0.5,
    hasRoom: () => created.hasRoom,
    verify: () => true,
    isCopy: () => true,
    sendFrame: created.sendFrame,
    sendBeat: created.sendBeat,
    perform: (effect) => created.perform(effect),
  })
  created.plant(tree)
  send = (frame) => {
    tree.publish(frame, nowUs() / 1000)
    created.sent(frame, 0)
  }
  return created
}

function publish(seq: number): void {
  const captureUs = nowUs()
  send(signer.sign({ seq, ts48k: seq * 960, captureUs, payload: Uint8Array.of(0xf8, seq % 256) }))
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
    expect(links[32]?.sent.slice(-1)).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
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

function report(link: MemoryLink, changes: Partial<Reception>): void {
  const reception = { headSeq: 1, expected: 50, received: 50, jitterMs: 2, delayMs: 5, ...changes }
  link.receiveDatagram(encodeDatagram({ type: 'report', channel: CHANNEL, ...reception }))
}

/** Seconds in which each link reports the same; the clock stands for both ends. */
function secondsOf(count: number, reports: Map<MemoryLink, Partial<Reception>>): void {
  for (let i = 0; i < count; i++) {
    vi.advanceTimersByTime(1000)
    for (const [link, changes] of reports) report(link, changes)
    audience.tick(nowUs() / 1000)
  }
}

describe('congestion', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('an uplink of 256 kbit/s takes two listeners at 20 kbit/s, the third is refused until one leaves', () => {
    audience = createAudience(10, 256_000)
    const [a, b, c] = [join('a', SWARM), join('b', SWARM), join('c', SWARM)]
    expect(c.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
    publish(1)
    expect([framesOf(a), framesOf(b), framesOf(c)]).toEqual([[1], [1], []])
    b.lose()
    c.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    publish(2)
    expect(framesOf(c)).toContain(2)
  })

  test('who loses much gets no repeats, then nothing for 15 s; the others notice nothing', () => {
    audience = createAudience(10)
    const [a, b, c] = [join('a', SWARM), join('b', SWARM), join('c', SWARM)]
    const reports = new Map([
      [a, {}],
      [b, { received: 20 }],
      [c, {}],
    ] as const)
    publish(1)
    secondsOf(5, reports)
    const before = b.datagrams.length
    b.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [1] }))
    expect(b.datagrams).toHaveLength(before)
    a.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [1] }))
    expect(framesOf(a)).toEqual([1, 1])
    secondsOf(6, reports)
    expect(b.sent.at(-1)).toMatchObject({ type: 'refused', reason: 'full', retryAfterMs: 15_000 })
    expect(events.at(-1)).toEqual({ event: 'listener-left', id: 'b', reason: 'congested' })
    publish(2)
    expect([framesOf(a), framesOf(b), framesOf(c)].map((seqs) => seqs.includes(2))).toEqual([
      true,
      false,
      true,
    ])
  })

  test('who was paused and comes back too early is told how long it still has to wait; then it is let in', () => {
    audience = createAudience(10)
    const [a, b] = [join('a', SWARM), join('b', SWARM)]
    const reports = new Map([
      [a, {}],
      [b, { received: 20 }],
    ] as const)
    for (let i = 0; i < 20 && audience.size === 2; i++) secondsOf(1, reports)
    expect(audience.size).toBe(1)
    vi.advanceTimersByTime(5000)
    b.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    expect(b.sent.at(-1)).toMatchObject({ type: 'refused', retryAfterMs: 10_000 })
    vi.advanceTimersByTime(10_000)
    b.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    expect(b.sent.at(-1)).toMatchObject({ type: 'accepted' })
    expect(events.at(-1)).toMatchObject({ event: 'listener-joined', id: 'b' })
  })

  test('when all suffer, the last that came leaves, and nobody is let in for it', () => {
    audience = createAudience(10)
    const links = ['a', 'b', 'c'].map((id) => join(id, SWARM))
    const reports = new Map(links.map((link) => [link, { received: 30 }] as const))
    publish(1)
    secondsOf(6, reports)
    expect(events.filter(({ event }) => event === 'listener-left')).toEqual([])
    secondsOf(2, reports)
    expect(events.filter(({ event }) => event === 'listener-left')).toEqual([
      { event: 'listener-left', id: 'c', reason: 'congested' },
    ])
    secondsOf(20, new Map(links.slice(0, 2).map((link) => [link, {}] as const)))
    const d = join('d', SWARM)
    expect(d.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
    publish(2)
    expect(links.map((link) => framesOf(link).includes(2))).toEqual([true, true, false])
  })

  test('what is lost because this process was held up sends nobody away', () => {
    audience = createAudience(10)
    const links = ['a', 'b', 'c'].map((id) => join(id, SWARM))
    const reports = new Map(links.map((link) => [link, { received: 10 }] as const))
    for (let i = 0; i < 30; i++) {
      // One beat where ten were due.
      audience.beat(undefined, nowUs() / 1000)
      secondsOf(1, reports)
    }
    expect(events.filter(({ event }) => event === 'listener-left')).toEqual([])
  })

  test('who loses a little without a queue gets each frame again two frames later', () => {
    audience = createAudience(10)
    const link = join('a', SWARM)
    secondsOf(3, new Map([[link, { received: 48 }]]))
    const before = framesOf(link).length
    for (let seq = 1; seq <= 5; seq++) publish(seq)
    expect(framesOf(link).slice(before)).toEqual([1, 2, 3, 1, 4, 2, 5, 3])
  })

  test('repeats are for a few, and not where the uplink has no room', () => {
    audience = createAudience(10, 256_000)
    const [a, b] = [join('a', SWARM), join('b', SWARM)]
    secondsOf(
      3,
      new Map([
        [a, { received: 48 }],
        [b, { received: 48 }],
      ] as const),
    )
    for (let seq = 1; seq <= 5; seq++) publish(seq)
    expect([framesOf(a), framesOf(b)]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ])
  })

  test('without room for a second copy nobody changes its path, until there is', () => {
    audience = createAudience(10, 270_000)
    const [a, b] = [join('a', BOTH), join('b', SWARM)]
    rtc[0]?.onPhase('connected')
    publish(1)
    expect(rtc[0]?.packets).toHaveLength(0)
    b.lose()
    audience.tick(nowUs() / 1000)
    publish(2)
    expect(rtc[0]?.packets).toHaveLength(1)
    expect(framesOf(a)).toEqual([1, 2])
  })
})

describe('a place', () => {
  test('is not held by who answers nothing: it is asked, then let go', () => {
    const [a, b] = [join('a', SWARM), join('b', SWARM)]
    for (let second = 0; second < 20; second++) {
      b.receive({ type: 'ping', id: 1, t0Us: 1 })
      audience.tick(nowUs() / 1000)
    }
    expect(a.sent.filter(({ type }) => type === 'ping')).toHaveLength(15)
    expect(events.at(-1)).toEqual({ event: 'listener-left', id: 'a', reason: 'draining' })
    expect(audience.size).toBe(1)
  })

  test('nor a connection by who never subscribes', () => {
    const idle = createMemoryLink('idle')
    audience.adopt(idle)
    const closed = vi.fn()
    const told = idle.onClose
    idle.onClose = (end) => {
      closed(end)
      told?.(end)
    }
    for (let second = 0; second < 90; second++) {
      idle.receive({ type: 'ping', id: 1, t0Us: 1 })
      audience.tick(nowUs() / 1000)
    }
    expect(closed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ reason: 'draining' }))
  })

  test('does not entitle to WebRTC connections without end', () => {
    const link = join('a', BOTH)
    for (let i = 0; i < 100; i++) {
      link.receive(select('swarm'))
      link.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: BOTH })
    }
    expect(rtc.length).toBeLessThanOrEqual(7)
    expect(rtc.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1)
    publish(1)
    expect(framesOf(link)).toContain(1)
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
    audience.beat(undefined, 0)
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
