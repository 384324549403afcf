import { afterEach, describe, expect, test } from 'vitest'
import type { Address } from './address.ts'
import { type ReachabilityChange, ReachabilityWatch } from './reachability.ts'
import { createStation, TestNet } from './test-kit.ts'

const RELAYS: Address[] = [
  { host: '9.9.9.1', port: 1 },
  { host: '9.9.9.2', port: 2 },
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
  readonly dht = { firewalled: true, ping: ({ host }: Address): Promise<{ to: Address }> => this.#ping(host) }
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

  see(address: Address | undefined): void {
    for (const { host } of RELAYS) {
      if (address) this.seenAs.set(host, address)
      else this.seenAs.delete(host)
    }
  }

  async tick(): Promise<void> {
    this.nowMs += 1000
    await this.watch.check()
  }

  #ping(host: string): Promise<{ to: Address }> {
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
    dht.firewalled = false
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

  test('forgets relays that are not used any more', async () => {
    const { changes } = start()
    relays.see(home)
    await relays.tick()
    relays.announcer.relayAddresses = [{ host: '9.9.9.3', port: 3 }]
    await relays.tick()
    relays.announcer.relayAddresses = RELAYS
    relays.see(away)
    await relays.tick()
    expect(changes).toEqual([])
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
