import {
  decodeDatagram,
  decodeFrameBody,
  encodeDatagram,
  type ControlMessage,
  type Frame,
  type StationLink,
} from '@pearcast/protocol'
import type { DhtNode, PeerLink } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import { keeper } from '../tuner/keeper.ts'
import { Tuner } from '../tuner/tuner.ts'
import type { TunerEvent } from '../tuner/tuner-event.ts'

/** Of every station, where one link carries one of them. */
const CHANNEL = 1

/** What a relay that does not play by the rules does to what it sends. What it leaves out goes as it is. */
export interface Behaviour {
  /** What to send in place of a frame: frames, or whole datagrams. */
  frame?: (frame: Frame) => readonly (Frame | Uint8Array)[]
  message?: (message: ControlMessage) => readonly ControlMessage[]
  delayMs?: number
}

export interface CheatOptions {
  link: StationLink
  node: DhtNode
  behaviour?: Behaviour
}

/**
 * A relay with one place, real but for what it sends: it finds the station, is found, verifies and forwards like any other,
 * and its behaviour changes each message and datagram before it is sealed. Nobody's warm second: who has it as a parent
 * hears by it.
 */
export class CheatingRelay {
  readonly events: TunerEvent[] = []
  /** Links to its children, for what no behaviour of a forwarder expresses. */
  readonly children: PeerLink[] = []
  readonly #tuner: Tuner
  #behaviour: Behaviour
  /** When it began to cheat, unix ms. */
  sinceMs: number = Number.POSITIVE_INFINITY

  constructor({ behaviour = {}, link, node }: CheatOptions) {
    this.#behaviour = behaviour
    this.#tuner = new Tuner({
      link,
      node,
      role: 'relay',
      path: 'swarm',
      relay: 'on',
      maxChildren: 1,
      player: keeper,
      onEvent: (event) => this.events.push(event),
      onEnd: () => undefined,
    })
  }

  get key(): string {
    return this.#tuner.key
  }

  get isFound(): boolean {
    return this.events.some(({ event }) => event === 'announced')
  }

  async start(): Promise<void> {
    await this.#tuner.start()
    const audience = this.#tuner.branch?.audience
    if (audience === undefined) throw new Error('a tuner that has started has a branch')
    const adopt = audience.adopt.bind(audience)
    audience.adopt = (link) => {
      this.#bend(link)
      adopt(link)
      this.#refuseSeconds(link)
      this.children.push(link)
    }
  }

  /** From now on. Its children are told its way anew, so that a lie about it is heard. */
  cheat(behaviour: Behaviour): void {
    this.#behaviour = behaviour
    this.sinceMs = nowUs() / 1000
    this.#tuner.tree.host.placeChanged()
  }

  stop(): Promise<void> {
    return this.#tuner.stop()
  }

  /** From here on the link sends what the behaviour makes of it. */
  #bend(link: PeerLink): void {
    const send = link.send.bind(link)
    const sendDatagram = link.sendDatagram.bind(link)
    link.send = (...messages) => {
      const { delayMs, message = (same) => [same] } = this.#behaviour
      later(delayMs, () => send(...messages.flatMap(message)))
    }
    link.sendDatagram = (plaintext) => {
      const { delayMs } = this.#behaviour
      // The plaintext is a view of one buffer for all frames.
      const instead = bent(plaintext.slice(), this.#behaviour)
      later(delayMs, () => instead.forEach((datagram) => sendDatagram(datagram)))
      return true
    }
  }

  #refuseSeconds(link: PeerLink): void {
    const take = link.onControl
    link.onControl = (message) => {
      if (message.type !== 'reserve' || !message.standby) return take?.(message)
      const { channel } = message
      link.send({ type: 'refused', channel, reason: 'full', retryAfterMs: 60_000 })
    }
  }
}

function bent(plaintext: Uint8Array, { frame }: Behaviour): readonly Uint8Array[] {
  if (frame === undefined) return [plaintext]
  const datagram = decodeDatagram(plaintext)
  const { channel, type } = datagram
  if (type !== 'frame') return [plaintext]
  return frame(decodeFrameBody(datagram.body, datagram.hops)).map((each) =>
    each instanceof Uint8Array ? each : encodeDatagram({ type, channel, hops: each.hops, body: each.body }),
  )
}

function later(delayMs: number | undefined, act: () => void): void {
  if (delayMs === undefined) act()
  else setTimeout(act, delayMs)
}

/** A heartbeat of this hop, as a datagram. */
export function beat(headSeq: number): Uint8Array {
  return encodeDatagram({ type: 'hop-heartbeat', channel: CHANNEL, headSeq })
}

/** A signed heartbeat of the source, as a datagram. */
export function sourceBeat(body: Uint8Array): Uint8Array {
  return encodeDatagram({ type: 'source-heartbeat', channel: CHANNEL, body })
}

/** The same frame with other words in its mouth: one bit of its payload differs. */
export function forged(frame: Frame): Frame {
  const body = frame.body.slice()
  const at = body.length - frame.signature.length - 1
  body[at] = (body[at] ?? 0) ^ 1
  return decodeFrameBody(body, frame.hops)
}
