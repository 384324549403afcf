import sodium from 'sodium-universal'
import { FrameRing } from '@pearcast/media'
import {
  decodeDatagram,
  decodeFrameBody,
  FrameSigner,
  keyPairFromSeed,
  type ControlMessage,
  type Frame,
} from '@pearcast/protocol'
import { RelayPeer } from '@pearcast/relay'
import type { SignalingPhase } from '@pearcast/session-fsm'
import { Audience, hostLimits } from '../audience/audience.ts'
import { nowUs } from '../clock.ts'
import type { BroadcastEvent } from '../events.ts'
import type { RtcCarrier } from '../rtc-session.ts'
import { createMemoryLink, type MemoryLink } from './memory-link.ts'

const signer = new FrameSigner(
  sodium,
  keyPairFromSeed(sodium, new Uint8Array(32)).secretKey,
  new Uint8Array(32),
)
export const CHANNEL = 5
const BITRATE = 20_000

export const SWARM = { swarm: true, webrtc: false } as const
export const BOTH = { swarm: true, webrtc: true } as const

/** Connected when a test says so. */
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

/** The audience of a station on air, whose listeners are links in memory. */
export class AudienceBench {
  readonly audience: Audience
  readonly events: BroadcastEvent[] = []
  readonly rtc: FakeRtc[] = []
  readonly #ring = new FrameRing()
  readonly #tree: RelayPeer<Frame>

  constructor(maxListeners: number, uplinkBps?: number) {
    const ring = this.#ring
    const audience = new Audience({
      ring,
      bitrate: BITRATE,
      uplinkBps,
      announcement: () => undefined,
      clockUs: nowUs,
      openRtc: ({ onPhase }) => {
        const session = new FakeRtc((phase) => onPhase(phase, ''))
        this.rtc.push(session)
        return session
      },
      onEvent: (event) => this.events.push(event),
    })
    this.audience = audience
    this.#tree = new RelayPeer({
      self: 'ff'.repeat(32),
      isRoot: true,
      ring,
      limits: hostLimits(maxListeners, { bitrate: BITRATE, maxPerPrefix: maxListeners }),
      random: () => 0.5,
      hasRoom: () => audience.hasRoom,
      verify: () => true,
      isCopy: () => true,
      sendFrame: audience.sendFrame,
      sendBeat: audience.sendBeat,
      perform: (effect) => audience.perform(effect),
    })
    audience.plant(this.#tree)
  }

  publish(seq: number): void {
    const captureUs = nowUs()
    const payload = Uint8Array.of(0xf8, seq % 256)
    const frame = signer.sign({ seq, ts48k: seq * 960, captureUs, payload })
    this.#tree.publish(frame, nowUs() / 1000)
    this.audience.sent(frame, 0)
  }

  join(id: string, paths: { swarm: boolean; webrtc: boolean }): MemoryLink {
    const link = createMemoryLink(id)
    this.audience.adopt(link)
    link.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths })
    return link
  }
}

/** The sequence numbers that went over it. */
export function framesOf(link: MemoryLink): number[] {
  return link.datagrams.flatMap((bytes) => {
    const datagram = decodeDatagram(bytes)
    return datagram.type === 'frame' ? [decodeFrameBody(datagram.body, datagram.hops).seq] : []
  })
}

export function select(path: 'swarm' | 'webrtc'): ControlMessage {
  return { type: 'select', channel: CHANNEL, path }
}
