import { decodeRtpFrame, encodeRtp, type Frame } from '@pearcast/protocol'
import { createTransport, type PeerTransport, type PeerTransportEvents, type RtcStack } from '@pearcast/rtc'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { tell } from '../process/calls.ts'
import { everyFrame, signedFrames } from './frame-source.ts'

const SSRC = 0x1234_5678
const BIND = '127.0.0.1'

/** Half of all WebRTC connections; the parent carries what the halves say to each other. */
class Transports {
  readonly #transports: PeerTransport[] = []
  #connected = 0
  #awaited = { count: Number.POSITIVE_INFINITY, resolve: (): void => {} }

  at(index: number): PeerTransport {
    const transport = this.#transports[index]
    if (transport === undefined) throw new Error(`no transport ${index}`)
    return transport
  }

  get all(): readonly PeerTransport[] {
    return this.#transports
  }

  add(
    stack: RtcStack,
    role: 'sender' | 'receiver',
    events: Partial<PeerTransportEvents> = {},
  ): PeerTransport {
    const index = this.#transports.length
    const transport = createTransport(stack, {
      role,
      ssrc: SSRC,
      bindAddress: BIND,
      connectTimeoutMs: 60_000,
      events: {
        onCandidate: (candidate, mid) => tell(index, candidate, mid),
        onState: (state) => {
          if (state === 'failed') console.error(`WebRTC connection ${index} of the ${role} failed`)
          if (state === 'connected') this.#connected++
          if (this.#connected >= this.#awaited.count) this.#awaited.resolve()
        },
        onRtp: () => {},
        onRepairRequest: () => {},
        ...events,
      },
    })
    this.#transports.push(transport)
    return transport
  }

  async connected(count: number): Promise<void> {
    if (this.#connected < count) {
      await new Promise<void>((resolve) => (this.#awaited = { count, resolve }))
    }
  }
}

export class WebrtcSender {
  readonly #transports = new Transports()
  readonly #stack: RtcStack

  constructor(stack: RtcStack) {
    this.#stack = stack
    const frames = signedFrames()
    everyFrame((seq) => this.#send(frames.next(seq)))
  }

  offer(): Promise<string> {
    return this.#transports.add(this.#stack, 'sender').createOffer()
  }

  accept(index: number, answer: string): Promise<void> {
    return this.#transports.at(index).acceptAnswer(answer)
  }

  candidate(index: number, candidate: string, mid: string): void {
    this.#transports.at(index).addCandidate(candidate, mid)
  }

  connected(count: number): Promise<void> {
    return this.#transports.connected(count)
  }

  #send(frame: Frame): void {
    const packet = encodeRtp(frame, { ssrc: SSRC })
    for (const transport of this.#transports.all)
      if (transport.state === 'connected') transport.sendRtp(packet)
  }
}

export class WebrtcReceiver {
  readonly #transports = new Transports()
  readonly #arrivals = new Arrivals()
  readonly #stack: RtcStack

  constructor(stack: RtcStack) {
    this.#stack = stack
  }

  answer(offer: string): Promise<string> {
    const index = this.#arrivals.add()
    const onRtp = (packet: Uint8Array): void => this.#arrivals.take(index, decodeRtpFrame(packet).seq)
    return this.#transports.add(this.#stack, 'receiver', { onRtp }).acceptOffer(offer)
  }

  candidate(index: number, candidate: string, mid: string): void {
    this.#transports.at(index).addCandidate(candidate, mid)
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }
}
