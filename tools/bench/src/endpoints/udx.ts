import { DatagramOpener, DatagramSealer, LIMITS } from '@pearcast/protocol'
import { LeanUdx, type SecretStream } from '@pearcast/swarm'
import HyperDHT, { type HostPort } from 'hyperdht'
import sodium from 'sodium-universal'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { everyFrame, FrameDatagram, seqOf, signedFrames } from './frame-source.ts'

/** Only how long sealing takes is measured here, so that everybody has the same key. */
const KEY = new Uint8Array(32).fill(7)
const AT_ONCE = 25

/** Datagrams on HyperDHT's connections without a station: what udx costs by itself, and what sealing adds. */
export class UdxSender {
  readonly #streams: { raw: SecretStream['rawStream']; sealer: DatagramSealer }[] = []
  readonly #sealed: boolean

  constructor(sealed: boolean) {
    this.#sealed = sealed
  }

  async listen(bootstrap: HostPort[]): Promise<string> {
    // What is sealed goes out as the program's does.
    const udx = this.#sealed ? { udx: new LeanUdx() } : {}
    const dht = new HyperDHT({ bootstrap, host: '127.0.0.1', maxWindow: 2000, ...udx })
    const server = dht.createServer({}, (conn: SecretStream) => {
      conn.on('error', () => {})
      this.#streams.push({ raw: conn.rawStream, sealer: new DatagramSealer(sodium, KEY) })
    })
    const keyPair = HyperDHT.keyPair()
    await Reflect.apply(Reflect.get(server, 'listen'), server, [keyPair])
    this.#run()
    return Buffer.from(keyPair.publicKey).toString('hex')
  }

  #run(): void {
    const [datagram, frames] = [new FrameDatagram(), signedFrames()]
    const out = new Uint8Array(LIMITS.maxDatagramBytes)
    everyFrame((seq) => {
      const plaintext = datagram.of(frames.next(seq))
      for (const { raw, sealer } of this.#streams) {
        raw.trySend(this.#sealed ? sealer.seal(plaintext, out) : plaintext)
      }
    })
  }
}

/** A DHT node for each receiver, as listeners have. */
export class UdxReceiver {
  readonly #arrivals = new Arrivals()
  readonly #sealed: boolean
  readonly #nodes: HyperDHT[] = []

  constructor(sealed: boolean) {
    this.#sealed = sealed
  }

  async join(count: number, bootstrap: HostPort[], key: string): Promise<void> {
    while (this.#nodes.length < count) {
      const batch = Math.min(AT_ONCE, count - this.#nodes.length)
      await Promise.all(
        Array.from({ length: batch }, () => this.#connect(bootstrap, Buffer.from(key, 'hex'))),
      )
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

  async #connect(bootstrap: HostPort[], key: Uint8Array): Promise<void> {
    const node = new HyperDHT({ bootstrap, host: '127.0.0.1', port: [0, 0] })
    this.#nodes.push(node)
    await node.fullyBootstrapped()
    const conn = await connected(node, key)
    const opener = new DatagramOpener(sodium, KEY)
    const index = this.#arrivals.add()
    conn.rawStream.on('message', (bytes: Uint8Array) => {
      const plaintext = this.#sealed ? opener.open(bytes) : bytes
      const seq = plaintext && seqOf(plaintext)
      if (seq !== undefined) this.#arrivals.take(index, seq)
    })
  }
}

/** Tried again until it stands: only the program has a manager for that. */
async function connected(node: HyperDHT, key: Uint8Array): Promise<SecretStream> {
  for (;;) {
    const conn = node.connect(key)
    conn.on('error', () => {})
    if (await conn.opened) return conn
  }
}
