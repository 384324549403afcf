import { Fabric } from '../fabric/fabric.ts'
import { formatEndpoint, parseEndpoint, type Endpoint } from '../ip/address.ts'
import { buildUdp } from '../ip/build.ts'
import { parsePacket } from '../ip/packet.ts'
import { NAT_TYPES, type NatType } from '../nat/types.ts'
import { seededRandom, type Random } from '../random.ts'
import { cloud, siteOfType } from '../topology/presets.ts'

/**
 * How two peers come together: `direct` when both write to how the other is seen, `birthday` when one of them has to
 * guess a port among those that the other opened, `never` when both would have to.
 */
export type Reach = 'direct' | 'birthday' | 'never'

const PORT = 5000
const ROUNDS = 5
const ROUND_MS = 200
/** HyperDHT's numbers: sockets that the side with changing ports opens, and guesses of the other one. */
const BIRTHDAY_SOCKETS = 256
const BIRTHDAY_PROBES = 1750

const known = new Map<string, Reach>()

/**
 * The verdict of the fabric, the very NATs that the TUN backend puts between real programs: packets are sent through it
 * as in RFC 5128 §3.3, and as HyperDHT does when one side's ports change. Found once for each pair.
 */
export function reachOf(a: NatType, b: NatType): Reach {
  const pair = [a, b].toSorted().join(' x ')
  let reach = known.get(pair)
  if (reach === undefined) {
    reach = new Meeting(a, b).punches() ? 'direct' : guesses(a, b) || guesses(b, a) ? 'birthday' : 'never'
    known.set(pair, reach)
  }
  return reach
}

/** Whether `guesser` finds a port of `opener`, whose mapping is another one for each destination. */
function guesses(guesser: NatType, opener: NatType): boolean {
  return new Meeting(guesser, opener).guessesPort(seededRandom(1))
}

/** Alice and Bob behind their NATs, and Carol, who tells each how the other is seen. */
class Meeting {
  readonly #fabric: Fabric
  #nowMs = 0

  constructor(a: NatType, b: NatType) {
    const sites = [cloud('c', ['carol']), siteOfType('a', ['alice'], a), siteOfType('b', ['bob'], b)]
    this.#fabric = new Fabric({ sites }, { random: seededRandom(1) })
  }

  punches(): boolean {
    const peers = { alice: this.#seenOf('bob'), bob: this.#seenOf('alice') }
    const heard = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      this.#send('alice', PORT, peers.alice)
      this.#send('bob', PORT, peers.bob)
      for (const { host, source } of this.#run(ROUND_MS)) {
        if (host !== 'alice' && host !== 'bob') continue
        heard.add(host)
        peers[host] = source
      }
    }
    return heard.size === 2
  }

  /** Alice sends to Bob's ports at random while he has many open towards her; then he answers. */
  guessesPort(random: Random): boolean {
    const alice = this.#seenOf('alice')
    const bob = this.#seenOf('bob')
    for (let i = 0; i < BIRTHDAY_SOCKETS; i++) this.#send('bob', PORT + 1 + i, alice)
    this.#run(ROUND_MS)
    for (let i = 0; i < BIRTHDAY_PROBES; i++) {
      this.#send('alice', PORT, { ...bob, port: 1024 + Math.floor(random() * 64_512) })
    }
    const hit = this.#run(ROUND_MS).find(({ host }) => host === 'bob')
    if (hit === undefined) return false
    this.#send('bob', hit.port, hit.source)
    return this.#run(ROUND_MS).some(({ host }) => host === 'alice')
  }

  #seenOf(host: string): Endpoint {
    this.#send(host, PORT, { address: this.#address('carol'), port: 80 })
    const [seen] = this.#run(ROUND_MS)
    return seen?.source ?? { address: this.#address(host), port: PORT }
  }

  #address(host: string): string {
    return this.#fabric.host(host).addresses.v4.split('/')[0] ?? ''
  }

  #send(host: string, port: number, to: Endpoint): void {
    const source = { address: this.#address(host), port }
    this.#fabric.inject(host, buildUdp({ source, destination: to }), this.#nowMs)
  }

  #run(ms: number): { host: string; source: Endpoint; port: number }[] {
    const arrived: { host: string; source: Endpoint; port: number }[] = []
    this.#nowMs += ms
    this.#fabric.advance(this.#nowMs, (host, bytes) => {
      const packet = parsePacket(bytes)
      if (packet?.kind !== 'udp') return
      const source = parseEndpoint(formatEndpoint({ address: packet.source, port: packet.sourcePort }))
      arrived.push({ host, source, port: packet.destinationPort })
    })
    return arrived
  }
}

/** The types of the matrix. */
export const NAT_TYPE_NAMES: readonly NatType[] = Object.keys(NAT_TYPES).filter(
  (name): name is NatType => name in NAT_TYPES,
)
