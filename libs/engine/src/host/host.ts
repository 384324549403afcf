import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Engine } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { MAX_PCM_BYTES } from '../schema/media.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { Keys } from './keys.ts'
import { readStaticFiles, type StaticFile } from './static-files.ts'
import { WebSocketPort } from './ws-port.ts'

export interface EngineHostOptions {
  engine: Engine
  /** Where the built page is. */
  folder: string
  /** A free one when left out. */
  port?: number | undefined
  /** Of a host before this one, as it told them: its pages are let in again. */
  sessions?: readonly string[] | undefined
  /** Hashes of the secrets that pages have. */
  onSessions?: ((hashes: readonly string[]) => void) | undefined
}

const ADDRESS = '127.0.0.1'
const SUBPROTOCOL = 'pearcast.engine.1'
const SECRET_PREFIX = 'secret.'
const MAX_TOKEN_BYTES = 128

/**
 * The page and its engine on 127.0.0.1. The page itself is no secret; the engine is for who has redeemed a token only. A
 * name that was made to point here (DNS rebinding) fails by its Host, a page from elsewhere by its Origin.
 */
export class EngineHost {
  readonly #engine: Engine
  readonly #files: ReadonlyMap<string, StaticFile>
  readonly #keys: Keys
  readonly #server: Server
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PCM_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  })
  #host = ''

  private constructor(options: EngineHostOptions, files: ReadonlyMap<string, StaticFile>) {
    const { engine, onSessions, sessions } = options
    this.#engine = engine
    this.#keys = new Keys(sessions, onSessions)
    this.#files = files
    this.#server = createServer((request, response) => this.#serve(request, response))
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    )
  }

  /** @throws EngineError PAGE_NOT_BUILT, PORT_TAKEN */
  static async open(options: EngineHostOptions): Promise<EngineHost> {
    const host = new EngineHost(options, await readStaticFiles(options.folder))
    await host.#listen(options.port ?? 0)
    return host
  }

  /** Where the page is, with a token that is good once, in the part that a browser tells nobody. */
  issueUrl(): string {
    return `${this.#origin}/#token=${this.#keys.issueToken()}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get #origin(): string {
    return `http://${this.#host}`
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'EADDRINUSE' ? EngineError.portTaken(port) : error),
      )
      this.#server.listen(port, ADDRESS, resolve)
    })
    this.#host = `${ADDRESS}:${addressOf(this.#server).port}`
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    if (request.headers.host !== this.#host) return refuse(response, 421)
    const path = request.url?.split('?')[0] ?? ''
    if (path === '/session') return this.#openSession(request, response)
    const file = this.#files.get(path)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    if (file === undefined) return refuse(response, 404)
    response.setHeader('Content-Type', file.type)
    response.setHeader('Content-Length', file.bytes.length)
    response.setHeader('Cache-Control', file.isHashed ? 'max-age=31536000, immutable' : 'no-store')
    response.end(request.method === 'HEAD' ? undefined : file.bytes)
  }

  /** The token in the body, the secret in the answer. */
  #openSession(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST' || request.headers.origin !== this.#origin) return refuse(response, 403)
    let token = ''
    request.setEncoding('latin1')
    request.on('data', (chunk: string) => {
      token += chunk
      if (token.length > MAX_TOKEN_BYTES) request.destroy()
    })
    request.on('end', () => {
      const secret = this.#keys.redeem(token)
      if (secret === undefined) return refuse(response, 403)
      response.setHeader('Cache-Control', 'no-store')
      response.setHeader('Content-Type', 'text/plain')
      response.end(secret)
    })
  }

  /** The secret comes as a subprotocol: it is in no URL, no cookie that other ports would be told, and no log. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin } = request.headers
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
    const secret = offered.find((each) => each.startsWith(SECRET_PREFIX))?.slice(SECRET_PREFIX.length) ?? ''
    const isOurs =
      host === this.#host &&
      origin === this.#origin &&
      request.url === '/engine' &&
      offered.includes(SUBPROTOCOL) &&
      this.#keys.admits(secret)
    if (!isOurs) {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (accepted) =>
      this.#engine.attach(new WebSocketPort(accepted)),
    )
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status
  response.end()
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}
