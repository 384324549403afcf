import type { WebSocket } from 'ws'
import type { EnginePort } from '../schema/port.ts'

/** The page goes: another one took its place. It does not come back by itself. */
const REPLACED_CODE = 4001
const PING_MS = 10_000

export class WebSocketPort implements EnginePort {
  onmessage: EnginePort['onmessage']
  onclose: EnginePort['onclose']
  readonly #socket: WebSocket
  #isAlive = true
  readonly #ping: NodeJS.Timeout

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data, isBinary) => {
      this.#isAlive = true
      const bytes = toBuffer(data)
      this.onmessage?.(isBinary ? bytes : bytes.toString('utf8'))
    })
    socket.on('pong', () => (this.#isAlive = true))
    // What went wrong is told by the close that follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(this.#ping)
      this.onclose?.()
    })
    this.#ping = setInterval(() => this.#check(), PING_MS)
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(message: string | Uint8Array): void {
    this.#socket.send(message)
  }

  close(reason?: 'replaced'): void {
    this.#socket.close(reason === 'replaced' ? REPLACED_CODE : 1001)
  }

  #check(): void {
    if (!this.#isAlive) return this.#socket.terminate()
    this.#isAlive = false
    this.#socket.ping()
  }
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
