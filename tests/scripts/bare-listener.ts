/**
 * Run by `src/bare.test.ts` with Bare instead of Node: a listener on the swarm path, of libs/protocol, media, session-fsm
 * and swarm only. It finds the station, verifies every frame and plays it to nobody; a line of JSON for each step, the last
 * one with figures. Arguments: link, bootstrap (host:port), how many frames to play.
 */
import sodium from 'sodium-universal'
import { ClockOffset, FrameRing, Playout, type Decoder } from '@pearcast/media'
import {
  decodeDatagram,
  decodeFrameBody,
  decodeVerifiedHeartbeat,
  FrameVerifier,
  parseLink,
  streamContext,
  type Frame,
  type VerifiedSession,
} from '@pearcast/protocol'
import { ConnectionManager, openDht, parseBootstrap, type PeerLink } from '@pearcast/swarm'

declare const Bare: { argv: string[]; version: string; exit(code: number): void }

const PULL_MS = 10
const PULL_SAMPLES = 480
const [, , link = '', bootstrap = '', wanted = '100'] = Bare.argv

const tell = (event: object): void => console.log(JSON.stringify(event))
/** Bare has no `performance`. */
const nowUs = (): number => Date.now() * 1000

/** Bare has no Opus decoder that we know of: silence of the right length stands for the sound. */
const decoder: Decoder = {
  decode: () => new Float32Array(960 * 2),
  conceal: (samples) => new Float32Array(samples * 2),
  reset: () => undefined,
}

class Receiver {
  readonly #ring = new FrameRing()
  readonly #session: VerifiedSession
  readonly #context: Uint8Array
  readonly #verifier: FrameVerifier
  readonly playout: Playout = new Playout({ channels: 2, clock: new ClockOffset(), decoder })
  verified = 0
  refused = 0
  /** Frames with one bit changed that passed for genuine. */
  forged = 0

  constructor(session: VerifiedSession) {
    this.#session = session
    this.#context = streamContext(sodium, session, 0)
    this.#verifier = new FrameVerifier(sodium, session.sessionKey, this.#context)
  }

  onDatagram(plaintext: Uint8Array): void {
    const datagram = decodeDatagram(plaintext)
    if (datagram.type === 'frame') this.#take(decodeFrameBody(datagram.body.slice(), datagram.hops))
    if (datagram.type === 'source-heartbeat') {
      const beat = decodeVerifiedHeartbeat(sodium, this.#session.sessionKey, this.#context, datagram.body)
      this.playout.heartbeat(beat, nowUs())
    }
  }

  #take(frame: Frame): void {
    if (this.#ring.has(frame.seq)) return
    const signature = frame.signature.slice()
    signature[0] = (signature[0] ?? 0) ^ 1
    if (this.#verifier.verify({ ...frame, signature })) this.forged++
    if (!this.#verifier.verify(frame)) {
      this.refused++
      return
    }
    this.verified++
    this.#ring.put(frame)
    this.playout.push(frame, 'swarm', nowUs())
  }
}

let receiver: Receiver | undefined
let title = ''

function adopt(peer: PeerLink): void {
  const { session } = peer
  if (session === undefined) return
  const current = new Receiver(session)
  receiver = current
  tell({ event: 'connected', via: peer.via, bare: Bare.version })
  peer.onDatagram = (plaintext) => current.onDatagram(plaintext)
  peer.onControl = (message) => {
    if (message.type === 'announcement') title = message.about.title
    if (message.type === 'accepted') tell({ event: 'accepted', title })
  }
  peer.send({ type: 'subscribe', channel: 1, variant: 0, paths: { swarm: true, webrtc: false } })
}

const node = await openDht({ bootstrap: parseBootstrap(bootstrap) })
const connections = new ConnectionManager({
  node,
  sodium,
  link: parseLink(sodium, link),
  onLink: adopt,
  onEvent: (event) => tell({ event: event.type }),
})
connections.start()

const block = new Float32Array(PULL_SAMPLES * 2)
const pulling = setInterval(() => {
  receiver?.playout.pull(block, nowUs())
  if ((receiver?.playout.stats().framesPlayed ?? 0) >= Number(wanted)) void finish()
}, PULL_MS)

async function finish(): Promise<void> {
  clearInterval(pulling)
  await connections.stop()
  await node.close()
  const { forged = 0, playout, refused = 0, verified = 0 } = receiver ?? {}
  const { framesDuplicate = 0, framesPlayed = 0 } = playout?.stats() ?? {}
  tell({ event: 'ended', verified, refused, forged, framesPlayed, framesDuplicate })
}
