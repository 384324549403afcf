import { createSocket } from 'node:dgram'
import { Audio, PeerConnection, type Track } from 'node-datachannel'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { everyFrame } from './frame-source.ts'
import { numberedPacket, numberOf } from './numbered-packet.ts'

interface Answer {
  janus: string
  transaction?: string
  sender?: number
  data?: { id: number }
  jsep?: { type: string; sdp: string }
  error?: { reason: string }
}

const KEEP_ALIVE_MS = 20_000

/** What surrounds Janus: one source of RTP, and viewers of a stream over its WebSocket API. */
export class JanusLoad {
  readonly #arrivals = new Arrivals()
  /** Their wrappers must outlive the native side. */
  readonly #held: (PeerConnection | Track)[] = []
  readonly #answers = new Map<string, (answer: Answer) => void>()
  readonly #offers = new Map<number, (offer: string) => void>()
  #socket: WebSocket | undefined
  #session = 0
  #transactions = 0
  #isHeld = false

  async open(apiPort: number, rtpPort: number): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${apiPort}`, 'janus-protocol')
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error('Janus does not answer')))
    })
    socket.addEventListener('message', ({ data }) => this.#onAnswer(JSON.parse(String(data))))
    this.#socket = socket
    this.#session = (await this.#ask({ janus: 'create' })).data?.id ?? 0
    setInterval(() => void this.#ask({ janus: 'keepalive', session_id: this.#session }), KEEP_ALIVE_MS)
    const source = createSocket('udp4')
    everyFrame((seq) => {
      if (!this.#isHeld) source.send(numberedPacket(seq), rtpPort, '127.0.0.1')
    })
  }

  /** What would be sent meanwhile is left out, and not missed before the next `begin`. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
  }

  async join(count: number): Promise<void> {
    while (this.#arrivals.size < count) await this.#view()
    this.#arrivals.begin()
    await this.#arrivals.heardBy(count)
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }

  async #view(): Promise<void> {
    const session = { session_id: this.#session }
    const attached = await this.#ask({ janus: 'attach', plugin: 'janus.plugin.streaming', ...session })
    const handle = attached.data?.id ?? 0
    const offered = new Promise<string>((resolve) => this.#offers.set(handle, resolve))
    const to = { janus: 'message', handle_id: handle, ...session }
    await this.#ask({ ...to, body: { request: 'watch', id: 1 } })
    const sdp = await this.#answer(await offered)
    await this.#ask({ ...to, body: { request: 'start' }, jsep: { type: 'answer', sdp } })
  }

  /** Resolves to the answer once all candidates are in it. */
  #answer(offer: string): Promise<string> {
    const index = this.#arrivals.add()
    const connection = new PeerConnection('viewer', { iceServers: [] })
    const audio = new Audio(/^a=mid:(\S+)/m.exec(offer)?.[1] ?? 'a', 'RecvOnly')
    audio.addOpusCodec(Number(/^a=rtpmap:(\d+) opus/im.exec(offer)?.[1] ?? 111))
    const track = connection.addTrack(audio)
    track.onMessage((packet) => {
      const seq = numberOf(packet)
      if (seq !== undefined) this.#arrivals.take(index, seq)
    })
    track.onClosed(() => {})
    this.#held.push(connection, track)
    const gathered = new Promise<string>((resolve) => {
      connection.onGatheringStateChange((state) => {
        if (state === 'complete') resolve(connection.localDescription()?.sdp ?? '')
      })
    })
    connection.setRemoteDescription(offer, 'offer')
    return gathered
  }

  #ask(request: object): Promise<Answer> {
    const transaction = String(this.#transactions++)
    this.#socket?.send(JSON.stringify({ ...request, transaction }))
    return new Promise((resolve, reject) => {
      this.#answers.set(transaction, (answer) => {
        if (answer.error !== undefined) reject(new Error(`Janus refused: ${answer.error.reason}`))
        else resolve(answer)
      })
    })
  }

  #onAnswer(answer: Answer): void {
    if (answer.jsep !== undefined) this.#offers.get(answer.sender ?? 0)?.(answer.jsep.sdp)
    this.#answers.get(answer.transaction ?? '')?.(answer)
    this.#answers.delete(answer.transaction ?? '')
  }
}
