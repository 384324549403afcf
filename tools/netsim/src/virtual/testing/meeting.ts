import { Fabric } from '../../fabric/fabric.ts'
import { formatEndpoint, parseEndpoint, type Endpoint } from '../../ip/address.ts'
import { buildUdp } from '../../ip/build.ts'
import { parsePacket } from '../../ip/packet.ts'
import type { NatType } from '../../nat/types.ts'
import { seededRandom, type Random } from '../../random.ts'
import { cloud, siteOfType } from '../../topology/presets.ts'
import type { Reach } from '../reach.ts'

const PORT = 5000
const ROUNDS = 5
const ROUND_MS = 200
/** HyperDHT's numbers: sockets that the side with changing ports opens, and guesses of the other one. */
const BIRTHDAY_SOCKETS = 256
const BIRTHDAY_PROBES = 1750
/** So many guesses, then a look whether one of them was right: most are after two or three such volleys. */
const VOLLEY = 125

/**
 * How two peers come together through the NATs of the lab, the very ones that the TUN backend puts between real programs:
 * packets are sent as in RFC 5128 §3.3, and as HyperDHT does when one side's ports change.
 */
export function meet(a: NatType, b: NatType): Reach {
  if (new Meeting(a, b).punches()) return 'direct'
  return guesses(a, b) || guesses(b, a) ? 'birthday' : 'never'
}

/** Whether `guesser` finds a port of `opener`, whose mapping is another one for each destination. */
function guesses(guesser: NatType, opener: NatType): boolean {
  return new Meeting(guesser, opener).guessesPort(seededRandom(1))
}

interface Arrival {
  readonly host: string
  readonly source: Endpoint
  readonly port: number
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
    const hit = this.#guess(bob, random)
    if (hit === undefined) return false
    this.#send('bob', hit.port, hit.source)
    return this.#run(ROUND_MS).some(({ host }) => host === 'alice')
  }

  /** What came to Bob first of all that Alice sent to ports of his. */
  #guess(bob: Endpoint, random: Random): Arrival | undefined {
    for (let sent = 0; sent < BIRTHDAY_PROBES; sent += VOLLEY) {
      for (let i = 0; i < VOLLEY; i++) {
        this.#send('alice', PORT, { ...bob, port: 1024 + Math.floor(random() * 64_512) })
      }
      const hit = this.#run(ROUND_MS).find(({ host }) => host === 'bob')
      if (hit !== undefined) return hit
    }
    return undefined
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

  #run(ms: number): Arrival[] {
    const arrived: Arrival[] = []
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
