import HyperDHT from 'hyperdht'
import type { Address } from './address.ts'
import { abandon } from './dht-node.ts'
import { SwarmError } from './errors.ts'

/** A DHT of one's own on this machine: for `pearcast dht`, the demo and tests. */
export interface PrivateDht {
  /** What the other processes pass as `bootstrap`. */
  readonly bootstrap: Address[]
  readonly nodes: readonly HyperDHT[]
  close(): Promise<void>
}

export interface PrivateDhtOptions {
  /** At least 4: with 2 or 3 a server misses connections that its client believes to be open. */
  nodes?: number
  host?: '127.0.0.1'
  /** Port of the first node; default: any free one. */
  port?: number
}

const MIN_NODES = 4
const PORT_TRIES = 16

/**
 * Starts persistent DHT nodes on 127.0.0.1; takes about 50 ms.
 *
 * @throws SwarmError PRIVATE_DHT_TOO_SMALL, PRIVATE_DHT_PORTS_TAKEN
 */
export async function startPrivateDht(options: PrivateDhtOptions = {}): Promise<PrivateDht> {
  const { nodes: count = MIN_NODES, host = '127.0.0.1', port } = options
  if (count < MIN_NODES) throw SwarmError.privateDhtTooSmall(count)
  const first = await startFirst(host, port)
  const nodes = [first.node]
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.destroy({ force: true })))
  }
  const bootstrap = [{ host, port: first.port }]
  try {
    while (nodes.length < count) {
      const node = new HyperDHT({ bootstrap, ephemeral: false, firewalled: false, host, port: [0, 0] })
      nodes.push(node)
      await node.fullyBootstrapped()
    }
  } catch (cause) {
    await close()
    throw SwarmError.privateDhtPortsTaken(host, undefined, cause)
  }
  return { bootstrap, nodes, close }
}

/** The first node has nobody to ask for its address, so it must be told its port in advance. */
async function startFirst(host: string, wanted?: number): Promise<{ node: HyperDHT; port: number }> {
  let cause: unknown
  for (let tries = wanted === undefined ? PORT_TRIES : 1; tries > 0; tries--) {
    const port = wanted ?? 20_000 + Math.floor(Math.random() * 40_000)
    const node = HyperDHT.bootstrapper(port, host, { host })
    try {
      await node.fullyBootstrapped()
      return { node, port }
    } catch (error) {
      cause = error
      await abandon(node)
    }
  }
  throw SwarmError.privateDhtPortsTaken(host, wanted, cause)
}
