import { createSocket, type Socket } from 'node:dgram'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { everyFrame } from './frame-source.ts'
import { numberedPacket, numberOf } from './numbered-packet.ts'
import {
  allocate,
  CHANNEL_HEADER_BYTES,
  channelBind,
  isChannelData,
  isSuccess,
  relayedPort,
} from './turn-message.ts'

const HOST = '127.0.0.1'
const AT_ONCE = 20
const RETRY_MS = 500

/** What surrounds a TURN server: receivers with an allocation each, and one sender to all relayed addresses. */
export class TurnLoad {
  readonly #arrivals = new Arrivals()
  readonly #source = createSocket('udp4')
  readonly #relayed: number[] = []
  #isHeld = false

  async join(count: number, serverPort: number): Promise<void> {
    if (this.#relayed.length === 0) await this.#start()
    while (this.#relayed.length < count) {
      const batch = Math.min(AT_ONCE, count - this.#relayed.length)
      const opened = await Promise.all(Array.from({ length: batch }, () => this.#client(serverPort)))
      this.#relayed.push(...opened)
    }
    this.#arrivals.begin()
    await this.#arrivals.heardBy(count)
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }

  /** What would be sent meanwhile is left out, and not missed before the next `begin`. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
  }

  async #start(): Promise<void> {
    await new Promise<void>((resolve) => this.#source.bind(0, HOST, resolve))
    everyFrame((seq) => {
      if (this.#isHeld) return
      const packet = numberedPacket(seq)
      for (const port of this.#relayed) this.#source.send(packet, port, HOST)
    })
  }

  /** Resolves to the port of its relayed address. */
  async #client(serverPort: number): Promise<number> {
    const index = this.#arrivals.add()
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, HOST, resolve))
    const port = relayedPort(await ask(socket, serverPort, allocate()))
    if (port === undefined) throw new Error('the TURN server named no relayed address')
    await ask(socket, serverPort, channelBind(this.#source.address().port))
    socket.on('message', (message) => {
      const seq = isChannelData(message) ? numberOf(message.subarray(CHANNEL_HEADER_BYTES)) : undefined
      if (seq !== undefined) this.#arrivals.take(index, seq)
    })
    return port
  }
}

function ask(socket: Socket, port: number, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    socket.send(request, port, HOST)
    const again = setInterval(() => socket.send(request, port, HOST), RETRY_MS)
    socket.once('message', (answer) => {
      clearInterval(again)
      if (isSuccess(answer)) resolve(answer)
      else reject(new Error(`the TURN server refused: ${answer.toString('hex')}`))
    })
  })
}
