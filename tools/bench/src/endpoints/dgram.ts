import { createSocket, type Socket } from 'node:dgram'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { everyFrame, FrameDatagram, seqOf, signedFrames } from './frame-source.ts'

const HOST = '127.0.0.1'

/** The yardstick: one socket, one `send` for each receiver, the bytes of a signed frame, nothing else. */
export class DgramSender {
  readonly #socket = createSocket('udp4')
  readonly #ports: number[] = []

  constructor() {
    const [datagram, frames] = [new FrameDatagram(), signedFrames()]
    // `send` keeps the buffer until the packet is out: one a frame.
    everyFrame((seq) => {
      const bytes = datagram.of(frames.next(seq)).slice()
      for (const port of this.#ports) this.#socket.send(bytes, port, HOST)
    })
  }

  to(ports: readonly number[]): void {
    this.#ports.splice(0, this.#ports.length, ...ports)
  }
}

export class DgramReceiver {
  readonly #arrivals = new Arrivals()
  readonly #sockets: Socket[] = []

  /** All ports, once there are so many. */
  async open(count: number): Promise<number[]> {
    while (this.#sockets.length < count) this.#sockets.push(await this.#socket())
    return this.#sockets.map((socket) => socket.address().port)
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }

  async #socket(): Promise<Socket> {
    const index = this.#arrivals.add()
    const socket = createSocket('udp4', (bytes) => {
      const seq = seqOf(bytes)
      if (seq !== undefined) this.#arrivals.take(index, seq)
    })
    await new Promise<void>((resolve) => socket.bind(0, HOST, resolve))
    return socket
  }
}
