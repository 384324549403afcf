import { randomInt } from 'node:crypto'
import type { SignalBody } from '@pearcast/protocol'
import { createTransport, RtcError, type PeerRole, type PeerTransport, type RtcStack } from '@pearcast/rtc'
import {
  createCandidateFilter,
  createDriver,
  remoteSignalEvent,
  signalingMachine,
  type SignalingEffect,
  type SignalingEvent,
  type SignalingPhase,
} from '@pearcast/session-fsm'
import {
  RoutedLink,
  TokenBucket,
  type DhtNode,
  type LinkBearer,
  type PeerLink,
  type Rate,
} from '@pearcast/swarm'
import { nowUs, Timers } from './clock.ts'

type TimerId = Extract<SignalingEffect, { type: 'start-timer' }>['id']

/**
 * How often a peer can make us open a WebRTC connection: native memory, sockets and a DTLS handshake each. A genuine one
 * tries 4 times within 21 s, and again after a minute.
 */
export const RTC_ATTEMPTS: Rate = { burst: 6, perSecond: 0.2 }

export interface RtcSessionOptions {
  role: PeerRole
  link: PeerLink
  node: DhtNode
  stack: RtcStack
  /** RTP synchronisation source of the sender; a receiver needs none. */
  ssrc?: number
  onPhase: (phase: SignalingPhase, reason: string) => void
  onRtp?: (packet: Uint8Array) => void
}

/** What a child needs of its WebRTC session. */
export type RtcCarrier = Pick<RtcSession, 'sendRtp' | 'receive' | 'close'>

/**
 * WebRTC beside one link: the signaling machine decides, this carries out. Descriptions and candidates travel over the
 * link's control channel; each attempt is a fresh transport.
 */
export class RtcSession {
  readonly #options: RtcSessionOptions
  readonly #timers = new Timers<TimerId>((id) => this.#send({ type: 'timer', id }))
  readonly #offers = new TokenBucket(RTC_ATTEMPTS, nowUs() / 1000)
  readonly #transports = new Map<number, PeerTransport>()
  /** What our transports lend to a link that has no connection of its own. */
  readonly #bearers = new Map<PeerTransport, LinkBearer>()
  readonly #machine: { send(event: SignalingEvent): void }
  #connected: PeerTransport | undefined

  constructor(options: RtcSessionOptions) {
    this.#options = options
    const role = options.role === 'sender' ? 'offerer' : 'answerer'
    this.#machine = createDriver(signalingMachine, { role }, (effect) => this.#perform(effect))
  }

  /** The sender begins; the receiver waits for its offer. */
  start(): void {
    this.#send({ type: 'START' })
  }

  receive(session: number, signal: SignalBody): void {
    // Too many offers are not answered: the other side then waits longer between its attempts.
    if (signal.kind === 'offer' && !this.#offers.take(nowUs() / 1000)) return
    const event = remoteSignalEvent(session, signal)
    if (event !== undefined) this.#send(event)
  }

  /** False when nothing is connected, or the socket is busy. Hot. */
  sendRtp(packet: Uint8Array): boolean {
    return this.#connected?.sendRtp(packet) ?? false
  }

  close(): void {
    this.#send({ type: 'STOP' })
    this.#timers.stopAll()
  }

  #send(event: SignalingEvent): void {
    this.#machine.send(event)
  }

  #perform(effect: SignalingEffect): void {
    switch (effect.type) {
      case 'create-transport':
        this.#transports.set(effect.session, this.#createTransport(effect.session))
        return
      case 'create-offer':
        return this.#attempt(effect.session, async (transport) => {
          const sdp = await transport.createOffer()
          this.#send({ type: 'LOCAL_OFFER', session: effect.session, sdp })
        })
      case 'accept-offer':
        return this.#attempt(effect.session, async (transport) => {
          const sdp = await transport.acceptOffer(effect.sdp)
          this.#send({ type: 'LOCAL_ANSWER', session: effect.session, sdp })
        })
      case 'accept-answer':
        return this.#attempt(effect.session, (transport) => transport.acceptAnswer(effect.sdp))
      case 'add-candidate':
        return this.#addCandidate(effect)
      case 'send-signal':
        return this.#options.link.send({ type: 'signal', session: effect.session, signal: effect.signal })
      case 'close-transport':
        return this.#closeTransport(effect.session)
      case 'notify':
        return this.#options.onPhase(effect.state, effect.reason)
      case 'start-timer':
        return this.#timers.start(effect.id, effect.ms)
      case 'stop-timer':
        return this.#timers.stop(effect.id)
    }
  }

  #createTransport(session: number): PeerTransport {
    const { node, onRtp, role, ssrc = randomInt(1, 2 ** 32 - 1), stack } = this.#options
    const mayShow = this.#createFilter()
    const routed = this.#options.link instanceof RoutedLink ? this.#options.link : undefined
    const transport = createTransport(stack, {
      role,
      ssrc,
      ...(node.isLoopback ? { bindAddress: '127.0.0.1' } : {}),
      channels: routed !== undefined,
      events: {
        onCandidate: (candidate, mid) => {
          if (mayShow(candidate)) this.#send({ type: 'LOCAL_CANDIDATE', session, candidate, mid })
        },
        onState: (state) => {
          if (state === 'connected') {
            this.#connected = transport
            this.#send({ type: 'TRANSPORT_CONNECTED', session })
          }
          if (state === 'failed' || state === 'closed') this.#fail(session, `the transport ${state}`)
        },
        onRtp: (packet) => onRtp?.(packet),
        ...(routed && {
          onChannelsOpen: () => this.#bear(routed, transport),
          onMessage: (message) => routed.receiveMessage(message),
          onDatagram: (datagram) => routed.receiveDatagram(datagram),
        }),
      },
    })
    return transport
  }

  #bear(link: RoutedLink, transport: PeerTransport): void {
    const bearer: LinkBearer = {
      send: (message) => transport.sendMessage(message),
      sendDatagram: (datagram) => transport.sendDatagram(datagram),
    }
    this.#bearers.set(transport, bearer)
    link.attach(bearer)
  }

  /** Which of our addresses this peer may see; counts anew for each attempt. */
  #createFilter(): (candidate: string) => boolean {
    const { link, node } = this.#options
    const ownPublicAddress = node.publicAddress()?.host
    return createCandidateFilter({
      ...(ownPublicAddress !== undefined && { ownPublicAddress }),
      // A routed link knows no address; on a DHT of this machine alone it can only be this machine's.
      remoteAddress: node.isLoopback ? '127.0.0.1' : link.remoteAddress.host,
      bindLoopback: node.isLoopback,
    })
  }

  #attempt(session: number, act: (transport: PeerTransport) => Promise<void>): void {
    const transport = this.#transports.get(session)
    if (transport === undefined) return
    act(transport).catch((error: unknown) =>
      this.#fail(session, error instanceof Error ? error.message : String(error)),
    )
  }

  #addCandidate({ session, candidate, mid }: Extract<SignalingEffect, { type: 'add-candidate' }>): void {
    try {
      this.#transports.get(session)?.addCandidate(candidate, mid)
    } catch (error) {
      // A candidate that a peer made up costs it this path, and nothing else.
      if (!(error instanceof RtcError)) throw error
      this.#fail(session, error.message)
    }
  }

  #fail(session: number, reason: string): void {
    this.#send({ type: 'TRANSPORT_FAILED', session, reason })
  }

  #closeTransport(session: number): void {
    const transport = this.#transports.get(session)
    this.#transports.delete(session)
    if (transport === undefined) return
    if (this.#connected === transport) this.#connected = undefined
    const bearer = this.#bearers.get(transport)
    this.#bearers.delete(transport)
    transport.close()
    if (bearer !== undefined && this.#options.link instanceof RoutedLink) this.#options.link.detach(bearer)
  }
}
