import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRecord } from './station-record.ts'
import { createStation, TestNet, type TestListener, until } from './test-kit.ts'

let net: TestNet
beforeAll(async () => {
  net = await TestNet.start()
})
afterAll(() => net.close())

const eventTypes = (listener: TestListener): string[] => listener.events.map(({ type }) => type)
const connected = (listener: TestListener, count = 1): Promise<unknown> =>
  until(() => listener.links.length === count && listener.links.at(-1)?.isOpen, `link ${count}`)

describe('a listener', () => {
  test('finds the station, proves it, and says what it is doing', async () => {
    const station = createStation()
    const on = await net.announce(station)
    const listener = await net.listen(station.link)
    await connected(listener)
    expect(listener.events).toEqual([{ type: 'searching', attempt: 1 }])
    expect(listener.manager.link).toBe(listener.links[0])
    await until(() => on.links.length === 1, 'the child')
    expect(on.events).toEqual([])
  })

  test('hears at once what it asked for with its proof, before it could have asked over the link', async () => {
    const station = createStation()
    const asked: unknown[] = []
    await net.announce(station, {
      onLink: (link) => {
        link.onControl = (message) => {
          asked.push(message)
          for (let i = 0; i < 3; i++) link.sendDatagram(Uint8Array.of(i))
        }
      },
    })
    const ping = { type: 'ping', id: 1, t0Us: 5 } as const
    const got: number[] = []
    await net.listen(station.link, {
      opening: () => [ping],
      onLink: (link) => {
        link.onDatagram = ([first = -1]) => got.push(first)
      },
    })
    await until(() => got.length === 3, 'the answer')
    expect(asked).toEqual([ping])
    expect(new Set(got)).toEqual(new Set([0, 1, 2]))
  })

  test('that was there before the station hears that it is off air, and finds it when it comes', async () => {
    const station = createStation()
    const listener = await net.listen(station.link)
    await until(() => eventTypes(listener).includes('off-air'), 'off-air')
    await net.announce(station)
    await connected(listener)
    expect(listener.manager.link).toBe(listener.links[0])
  })

  test('finds a station that has no record by its topic alone', async () => {
    const station = createStation()
    await net.announce(station, { station: { publicKey: station.link.stationKey } })
    const listener = await net.listen(station.link)
    expect(await readRecord(listener.node.dht, station.link.stationKey, { latest: true })).toBeUndefined()
    await connected(listener)
  })

  test('finds a private station with its group key only', async () => {
    const groupKey = new Uint8Array(32).fill(5)
    const station = createStation(groupKey)
    const on = await net.announce(station)
    const stranger = await net.listen({ stationKey: station.link.stationKey })
    const listener = await net.listen(station.link)
    await connected(listener)
    await until(() => eventTypes(stranger).includes('impostor'), 'the refusal')
    expect(stranger.links).toEqual([])
    expect(on.announcer.links.size).toBe(1)
    await stranger.manager.stop()
  })

  test('stops at any time, and leaves nothing behind', async () => {
    const station = createStation()
    const on = await net.announce(station)
    const [early, late] = [await net.listen(station.link), await net.listen(station.link)]
    await early.manager.stop()
    await connected(late)
    await late.manager.stop()
    await until(() => on.announcer.links.size === 0, 'no child')
    expect(early.links).toEqual([])
    expect(late.node.dht.listeners('network-change')).toHaveLength(
      early.node.dht.listeners('network-change').length,
    )
  })
})

describe('a crowd that comes at once', () => {
  test('costs the station one handshake each, and does not search while it dials', async () => {
    const station = createStation()
    const on = await net.announce(station)
    const nodes = []
    for (let i = 0; i < 40; i++) nodes.push(await net.node())
    const crowd = await Promise.all(nodes.map((node) => net.listen(station.link, { node })))
    await until(() => crowd.every(({ links }) => links.length === 1), 'everybody is in', 15_000)
    expect(on.links).toHaveLength(crowd.length)
    expect(on.node.dht.stats.socketPool.socketsAdded).toBeLessThanOrEqual(crowd.length)
    expect(crowd.flatMap(eventTypes)).not.toContain('attempt-failed')
  })
})

describe('a link that ends', () => {
  test('is found again when the broadcaster comes back with a higher term', async () => {
    const station = createStation()
    const first = await net.announce(station, { term: 1 })
    const listener = await net.listen(station.link)
    await connected(listener)
    await first.announcer.stop()
    await until(() => eventTypes(listener).includes('link-lost'), 'the loss')
    const lost = listener.events.find(({ type }) => type === 'link-lost')
    expect(lost).toMatchObject({ end: { kind: 'bye', reason: 'off-air' } })
    await net.announce(station, { term: 2 })
    await connected(listener, 2)
    expect(listener.links[1]?.session?.term).toBe(2)
    expect(eventTypes(listener)).toContain('reconnecting')
  })

  test('without a word is found again too', async () => {
    const station = createStation()
    const first = await net.announce(station, { term: 1 })
    const listener = await net.listen(station.link)
    await connected(listener)
    await first.node.close()
    await until(() => eventTypes(listener).includes('link-lost'), 'the loss')
    await net.announce(station, { term: 2 })
    await connected(listener, 2)
    expect(listener.links[1]?.session?.term).toBe(2)
  })

  test('is replaced by a redial beside it, and the older one is closed', async () => {
    const station = createStation()
    const on = await net.announce(station)
    const listener = await net.listen(station.link)
    await connected(listener)
    const [first] = listener.links
    listener.manager.redial('media is silent')
    await connected(listener, 2)
    expect(listener.manager.link).toBe(listener.links[1])
    expect(first?.isOpen).toBe(false)
    await until(() => on.announcer.links.size === 1, 'one child')
    expect(eventTypes(listener)).not.toContain('link-lost')
  })
})

describe('a listener is not fooled', () => {
  test('by an older run of the station than the one it heard', async () => {
    const station = createStation()
    await net.announce(station, { term: 3 })
    const listener = await net.listen(station.link, { minTerm: { generation: 1, term: 5 } })
    await until(() => eventTypes(listener).includes('attempt-failed'), 'a refusal')
    expect(listener.events).toContainEqual(expect.objectContaining({ code: 'SUPERSEDED' }))
    expect(listener.links).toEqual([])
    await listener.manager.stop()
  })

  test('by an older run after a newer one, without being told', async () => {
    const station = createStation()
    const newer = await net.announce(station, { term: 9 })
    const listener = await net.listen(station.link)
    await connected(listener)
    await newer.announcer.stop()
    await net.announce(station, { term: 4, station: { publicKey: station.link.stationKey } })
    await until(
      () => listener.events.some((event) => 'code' in event && event.code === 'SUPERSEDED'),
      'refusal',
    )
    expect(listener.links).toHaveLength(1)
    await listener.manager.stop()
  })

  test('by somebody else who announces on the topic: he is named, left, and the station is found', async () => {
    const [station, other] = [createStation(), createStation()]
    const impostor = await net.announce(other, { station: { publicKey: station.link.stationKey } })
    const listener = await net.listen(station.link)
    const event = await until(() => listener.events.find(({ type }) => type === 'impostor'), 'the impostor')
    expect(event).toMatchObject({ type: 'impostor', id: expect.any(String) })
    expect(listener.links).toEqual([])
    await until(() => impostor.announcer.links.size === 0, 'the impostor is left')
    const on = await net.announce(station)
    await connected(listener)
    expect(listener.links[0]?.remoteKey).toEqual(on.announcer.publicKey)
    expect(eventTypes(listener).filter((type) => type === 'impostor')).toHaveLength(1)
  })

  test("by the station's own certificate in other hands", async () => {
    const station = createStation()
    const stolen = {
      chain: station.credentials(5).chain,
      sessionSecretKey: createStation().credentials(5).sessionSecretKey,
    }
    await net.announce(station, { ...stolen, station: { publicKey: station.link.stationKey } })
    const listener = await net.listen(station.link)
    await until(() => eventTypes(listener).includes('impostor'), 'the impostor')
    expect(listener.links).toEqual([])
    await listener.manager.stop()
  })
})
