import { afterEach, describe, expect, test } from 'vitest'
import type { Address } from './address.ts'
import { ReachabilityWatch } from './reachability.ts'
import type { ReachabilityChange } from './reflexive-addresses.ts'
import { createStation, TestNet } from './test-kit.ts'

const RELAYS: Address[] = [
  { host: '9.9.9.1', port: 1 },
  { host: '9.9.9.2', port: 2 },
]
const OTHERS: Address[] = [
  { host: '9.9.9.3', port: 3 },
  { host: '9.9.9.4', port: 4 },
]

/** Relays that answer with the address at which they see us, or not at all. */
class FakeRelays {
  readonly seenAs = new Map<string, Address>()
  readonly announcer: { relayAddresses: readonly Address[] } = { relayAddresses: RELAYS }
  readonly changes: ReachabilityChange[] = []
  returns = 0
  /** How often the node was told that what others saw of it is out of date. */
  forgotten = 0
  /** How often it was told to find out anew whether it can be reached. */
  looks = 0
  nowMs = 0
  /** Who was asked in the latest round. */
  asked: string[] = []
  readonly dht = {
    io: { firewalled: true },
    ping: ({ host }: Address): Promise<{ to: Address }> => this.#ping(host),
  }
  readonly watch: ReachabilityWatch = new ReachabilityWatch({
    node: {
      dht: this.dht,
      forgetAddress: () => (this.forgotten += 1),
      lookAgain: () => (this.looks += 1),
    },
    announcer: this.announcer,
    onChange: (change) => this.changes.push(change),
    onReturn: () => this.returns++,
    now: () => this.nowMs,
    intervalMs: 1e6,
  })

  see(address: Address | undefined, relays: readonly Address[] = [...RELAYS, ...OTHERS]): void {
    for (const { host } of relays) {
      if (address) this.seenAs.set(host, address)
      else this.seenAs.delete(host)
    }
  }

  async tick(): Promise<void> {
    this.nowMs += 1000
    this.asked = []
    await this.watch.check()
  }

  #ping(host: string): Promise<{ to: Address }> {
    this.asked.push(host)
    const to = this.seenAs.get(host)
    return to ? Promise.resolve({ to }) : Promise.reject(new Error('REQUEST_TIMEOUT'))
  }
}

let relays: FakeRelays
const start = (): FakeRelays => {
  relays = new FakeRelays()
  relays.watch.start()
  return relays
}
afterEach(() => relays.watch.stop())

describe('the watch of our own reachability', () => {
  const [home, away] = [
    { host: '8.8.8.8', port: 1000 },
    { host: '8.8.8.8', port: 2000 },
  ]

  test('reports once when the relays see another address', async () => {
    const { changes } = start()
    relays.see(home)
    await relays.tick()
    await relays.tick()
    expect(changes).toEqual([])
    relays.see(away)
    await relays.tick()
    await relays.tick()
    expect(changes).toEqual([{ previous: home, current: away }])
    expect(relays.forgotten).toBe(1)
  })

  test('does not take it for a move that a node which can be reached asks from another port', async () => {
    const { changes, dht } = start()
    relays.see(home)
    await relays.tick()
    dht.io.firewalled = false
    relays.see(away)
    await relays.tick()
    expect(changes).toEqual([])
    relays.see(home)
    await relays.tick()
    expect(changes).toEqual([{ previous: away, current: home }])
  })

  test('takes a NAT that gives each relay its own port for what it is', async () => {
    const { changes } = start()
    RELAYS.forEach(({ host }, i) => relays.seenAs.set(host, { host: '8.8.8.8', port: 5000 + i }))
    await relays.tick()
    await relays.tick()
    expect(changes).toEqual([])
  })

  test('says that the network is back when relays answer after 3 s of silence, once', async () => {
    start()
    relays.see(home)
    await relays.tick()
    relays.see(undefined)
    for (let s = 1; s <= 7; s++) await relays.tick()
    expect(relays.returns).toBe(0)
    relays.see(home)
    for (let s = 1; s <= 3; s++) await relays.tick()
    expect(relays.returns).toBe(1)
    expect(relays.looks).toBe(1)
    expect(relays.changes).toEqual([])
  })

  test('a silence of 2 s is nothing', async () => {
    start()
    relays.see(home)
    await relays.tick()
    relays.see(undefined)
    await relays.tick()
    relays.see(home)
    await relays.tick()
    expect(relays.returns).toBe(0)
  })

  test('still asks the last relays when the announcer has given up all of them', async () => {
    start()
    relays.see(home)
    await relays.tick()
    relays.see(undefined)
    relays.announcer.relayAddresses = []
    for (let s = 1; s <= 5; s++) await relays.tick()
    relays.see(home)
    await relays.tick()
    expect(relays.returns).toBe(1)
  })

  test('an open node that hears nobody but itself is cut off', async () => {
    const own = { host: '8.8.8.8', port: 1000 }
    start()
    relays.announcer.relayAddresses = [own, ...RELAYS]
    relays.see(own, [own, ...RELAYS])
    await relays.tick()
    relays.see(undefined)
    for (let s = 1; s <= 5; s++) await relays.tick()
    relays.see(own)
    await relays.tick()
    expect(relays.returns).toBe(1)
  })

  test('sees a move that falls together with other relays', async () => {
    const { changes } = start()
    relays.see(home)
    await relays.tick()
    relays.announcer.relayAddresses = OTHERS
    relays.see(away)
    await relays.tick()
    expect(changes).toEqual([{ previous: home, current: away }])
  })

  test('sees a move during which the announcer gave up all relays, and took others later', async () => {
    const { changes } = start()
    relays.see(home)
    await relays.tick()
    relays.see(undefined)
    relays.announcer.relayAddresses = []
    await relays.tick()
    relays.announcer.relayAddresses = OTHERS
    relays.see(away, OTHERS)
    for (let s = 1; s <= 5; s++) await relays.tick()
    expect(changes).toEqual([])
    relays.see(away)
    await relays.tick()
    expect(changes).toEqual([{ previous: home, current: away }])
  })

  test('sees a move to another host while it finds out that it can be reached', async () => {
    const elsewhere = { host: '7.7.7.7', port: 2000 }
    const { changes, dht } = start()
    relays.see(home)
    await relays.tick()
    dht.io.firewalled = false
    relays.see(elsewhere)
    await relays.tick()
    expect(changes).toEqual([{ previous: home, current: elsewhere }])
  })

  test('a move of which a relay tells later than the others is the same one', async () => {
    const { changes } = start()
    relays.see(home)
    await relays.tick()
    relays.see(undefined)
    relays.see(away, RELAYS.slice(0, 1))
    await relays.tick()
    relays.see(away)
    await relays.tick()
    expect(changes).toEqual([{ previous: home, current: away }])
    relays.see(home)
    await relays.tick()
    expect(changes).toHaveLength(2)
  })

  test('lets go of a relay once another one takes its place, or when it has not answered for ten rounds', async () => {
    start()
    relays.see(home)
    await relays.tick()
    relays.announcer.relayAddresses = OTHERS
    relays.see(undefined, [...RELAYS.slice(1), ...OTHERS])
    await relays.tick()
    expect(relays.asked).toHaveLength(4)
    relays.see(home, OTHERS)
    for (let s = 1; s <= 2; s++) await relays.tick()
    expect(relays.asked).toHaveLength(4)
    await relays.tick()
    expect(relays.asked).toEqual([RELAYS[1]?.host, ...OTHERS.map(({ host }) => host)])
    for (let s = 1; s <= 9; s++) await relays.tick()
    expect(relays.asked).toEqual(OTHERS.map(({ host }) => host))
  })

  test('reports nothing after it has been stopped', async () => {
    const { changes } = start()
    relays.see(home)
    await relays.tick()
    relays.see(away)
    const ticking = relays.tick()
    relays.watch.stop()
    await ticking
    expect(changes).toEqual([])
  })
})

test('on a DHT, the relays of an announcer answer', async () => {
  start()
  const net = await TestNet.start()
  const on = await net.announce(createStation())
  const changes: ReachabilityChange[] = []
  let returns = 0
  const watch = new ReachabilityWatch({
    ...on,
    onChange: (change) => changes.push(change),
    onReturn: () => returns++,
    intervalMs: 20,
    lostAfterMs: 200,
  })
  watch.start()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect([changes, returns]).toEqual([[], 0])
  watch.stop()
  await net.close()
})
