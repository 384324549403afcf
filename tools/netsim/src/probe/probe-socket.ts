import { createSocket, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from '../ip/address.ts'
import { decodeProbe, encodeProbe, type ProbeMessage, type ProbeRequest } from './messages.ts'

/** A server that is silent for so long is not there. */
const PATIENCE_MS = 6000
const RETRANSMIT_MS = 500
/** What arrived before something else may be read after it, when it came to another socket. */
const SETTLE_MS = 30

type RequestOptions = Partial<Omit<ProbeRequest, 'kind' | 'id'>>

/** Where a server sees a socket, and between which times of this process's clock the binding was last refreshed. */
export interface Mapped extends Endpoint {
  afterMs: number
  beforeMs: number
}

/** One internal endpoint of the client. */
export class ProbeSocket {
  readonly #socket: Socket
  readonly #arrivals = new EventEmitter<Record<string, [ProbeMessage]>>()
  readonly #heard = new Set<string>()

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#arrivals.setMaxListeners(0)
    socket.on('message', (bytes: Buffer) => {
      const message = decodeProbe(bytes)
      if (message === undefined) return
      this.#heard.add(message.id)
      this.#arrivals.emit(message.id, message)
    })
    // An ICMP error says no more than silence does.
    socket.on('error', () => undefined)
  }

  static async open(): Promise<ProbeSocket> {
    const socket = createSocket('udp4')
    socket.bind(0)
    await once(socket, 'listening')
    return new ProbeSocket(socket)
  }

  get localPort(): number {
    return this.#socket.address().port
  }

  close(): void {
    this.#socket.close()
  }

  send(message: ProbeMessage, to: Endpoint): void {
    this.#socket.send(encodeProbe(message), to.port, to.address)
  }

  /** The external endpoint of this socket towards a server; throws when the server does not answer. */
  async mappedTowards(server: Endpoint): Promise<Mapped> {
    const id = crypto.randomUUID()
    const afterMs = performance.now()
    const message = await this.#sendUntil(this, request(id, {}), server)
    if (message.kind !== 'response') throw new Error(`${server.address} answered with a "${message.kind}".`)
    return { ...message.mapped, afterMs, beforeMs: performance.now() }
  }

  /**
   * Whether the answer to a request reaches `target`; the witness, which is told of every answer behind it, must be
   * known to whatever filters on the way.
   */
  async doesReach(
    target: ProbeSocket,
    server: Endpoint,
    witness: { socket: ProbeSocket; mapped: Endpoint },
    options: RequestOptions,
  ): Promise<boolean> {
    const id = crypto.randomUUID()
    const { address, port } = witness.mapped
    await this.#sendUntil(witness.socket, request(id, { ...options, witness: { address, port } }), server)
    return target.hasHeard(id)
  }

  /** Whether a message came, or one that was sent before a message which came. */
  async hasHeard(id: string): Promise<boolean> {
    await sleep(SETTLE_MS)
    return this.#heard.has(id)
  }

  /** Send a message again and again until one of its id arrives at a socket. */
  async #sendUntil(listener: ProbeSocket, message: ProbeMessage, to: Endpoint): Promise<ProbeMessage> {
    const arrived = once(listener.#arrivals, message.id, { signal: AbortSignal.timeout(PATIENCE_MS) })
    this.send(message, to)
    const again = setInterval(() => {
      this.send(message, to)
    }, RETRANSMIT_MS)
    try {
      const [answer]: ProbeMessage[] = await arrived
      if (answer !== undefined) return answer
      throw new Error('an event without its message')
    } catch (cause) {
      const what = `No answer from ${to.address}:${to.port}: it does not run, or UDP is blocked.`
      throw new Error(what, { cause })
    } finally {
      clearInterval(again)
    }
  }
}

function request(id: string, options: RequestOptions): ProbeRequest {
  return { kind: 'request', id, changeAddress: false, changePort: false, ...options }
}
