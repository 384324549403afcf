import type { SecretStream } from '@hyperswarm/secret-stream'
import { encodeControl, stationTopic } from '@pearcast/protocol'
import HyperDHT from 'hyperdht'
import Protomux from 'protomux'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Address } from './address.ts'
import { CHANNEL_LABEL } from './control-channel.ts'
import type { DhtNode } from './dht-node.ts'
import { randomBytes } from './random.ts'
import { readRecord } from './station-record.ts'
import { createStation, sodium, TestNet, until } from './test-kit.ts'

let net: TestNet
beforeAll(async () => {
  net = await TestNet.start()
})
afterAll(() => net.close())

describe('an announcer', () => {
  test('puts a record that says where the encoder is', async () => {
    const station = createStation()
    const relay = randomBytes(32)
    const on = await net.announce(station, { term: 6, relays: () => [relay] })
    const stored = await readRecord(on.node.dht, station.link.stationKey, { latest: true })
    expect(stored?.record).toMatchObject({ generation: 1, term: 6 })
    expect(stored?.record.encoders).toEqual([new Uint8Array(on.announcer.publicKey)])
    expect(stored?.record.relays).toEqual([relay])
    expect(stored?.seq).toBeGreaterThan(1_700_000_000)
  })

  test('puts it again with a higher sequence number', async () => {
    const station = createStation()
    const on = await net.announce(station)
    const first = await readRecord(on.node.dht, station.link.stationKey, { latest: true })
    await on.announcer.publishRecord()
    const second = await readRecord(on.node.dht, station.link.stationKey, { latest: true })
    expect(second?.seq).toBeGreaterThan(first?.seq ?? Number.POSITIVE_INFINITY)
  })

  test('signs the record with a key that it does not hold', async () => {
    const station = createStation()
    const sign = (signable: Uint8Array): Promise<Uint8Array> => {
      const signature = new Uint8Array(64)
      sodium.crypto_sign_detached(signature, signable, station.keyPair.secretKey)
      return Promise.resolve(signature)
    }
    const on = await net.announce(station, { station: { publicKey: station.link.stationKey, sign } })
    expect(await readRecord(on.node.dht, station.link.stationKey, { latest: true })).toBeDefined()
  })

  test('does not go on air below the term of the record', async () => {
    const station = createStation()
    await net.announce(station, { term: 8 })
    await expect(net.announce(station, { term: 7 })).rejects.toMatchObject({ code: 'RECORD_SUPERSEDED' })
  })

  test('is told of a newer encoder when it puts its record, and by listeners who heard it', async () => {
    const station = createStation()
    const [older, other] = [await net.announce(station, { term: 1 }), createStation()]
    await net.announce(station, { term: 2 })
    await expect(older.announcer.publishRecord()).rejects.toMatchObject({ code: 'RECORD_SUPERSEDED' })
    await until(() => older.events.length === 1, 'the event')
    expect(older.events).toEqual([{ type: 'superseded', generation: 1, term: 2 }])

    const silent = await net.announce(other, { term: 1, station: { publicKey: other.link.stationKey } })
    await net.announce(other, { term: 2 })
    const minTerm = { generation: 1, term: 2 }
    const refusal = net.prove(await net.node(), silent.announcer.publicKey, other.link, minTerm)
    await expect(refusal).rejects.toThrow('SUPERSEDED')
    await until(() => silent.events.some(({ type }) => type === 'superseded'), 'the event')
  })

  test('can be found again after it has announced from scratch, and keeps its links', async () => {
    const station = createStation()
    const on = await net.announce(station)
    const before = await net.listen(station.link)
    await until(() => before.links.length === 1, 'the first link')
    const relays = on.announcer.relayAddresses
    await on.announcer.reannounce()
    expect(on.announcer.relayAddresses).not.toBe(relays)
    expect(on.announcer.relayAddresses.length).toBeGreaterThan(0)
    const after = await net.listen(station.link)
    await until(() => after.links.length === 1, 'the second link')
    expect(before.links[0]?.isOpen).toBe(true)
  })

  test('lets listeners in while it announces from scratch, though its old relays do not answer', async () => {
    const station = createStation()
    const { announcer, node } = await net.announce(station)
    const request = node.dht.request.bind(node.dht)
    // Without a value: the question before an old relay is told that it is one no more.
    node.dht.request = (message, to) =>
      message.value === null ? new Promise<never>(() => undefined) : request(message, to)
    const announced = announcer.reannounce()
    const { links } = await net.listen(station.link)
    await until(() => links.length === 1, 'the link')
    await announced
    expect(announcer.relayAddresses.length).toBeGreaterThan(0)
    node.dht.request = request
  })

  test('names its new relays on the topic, and not those of the address that it had', async () => {
    const station = createStation()
    const dhtKeyPair = HyperDHT.keyPair()
    const { announcer, node } = await net.announce(station, { dhtKeyPair })
    const topic = stationTopic(sodium, station.link.stationKey)
    const stale = { host: '127.0.0.9', port: 9 }
    await node.dht.announce(topic, dhtKeyPair, [stale], { clear: true }).finished()
    expect(await relaysOn(node, topic)).toContainEqual(stale)
    await announcer.reannounce()
    const named = await relaysOn(node, topic)
    expect(named.length).toBeGreaterThan(0)
    expect(named).not.toContainEqual(stale)
  })

  test('has failed to announce anew when the topic does not take it', async () => {
    const { announcer, node } = await net.announce(createStation())
    const announce = node.dht.announce.bind(node.dht)
    // Its old entry is taken back by then, and nothing would be there for ten minutes.
    node.dht.announce = (...to) => {
      const query = announce(...to)
      query.finished = () => Promise.reject(new Error('Too few nodes responded'))
      return query
    }
    await expect(announcer.reannounce()).rejects.toMatchObject({ code: 'ANNOUNCE_FAILED' })
    node.dht.announce = announce
    await announcer.reannounce()
  })

  test('takes the announcement back, and leaves its DHT node as it was', async () => {
    const node = await net.node()
    const listeners = node.dht.listeners('network-change').length
    const station = createStation()
    const { announcer } = await net.announce(station, { node })
    await announcer.stop()
    await announcer.stop()
    expect(node.dht.listeners('network-change')).toHaveLength(listeners)
    expect(node.dht.listening.size).toBe(0)
    const found: unknown[] = []
    for await (const reply of node.dht.lookup(stationTopic(sodium, station.link.stationKey))) {
      found.push(...(reply?.peers ?? []))
    }
    expect(found).toEqual([])
    await expect(announcer.start()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('cannot announce on a DHT that is not there', async () => {
    const alone = await net.node()
    await alone.close()
    const station = createStation()
    await expect(net.announce(station, { node: alone })).rejects.toThrow('destroyed')
  })
})

describe('admission', () => {
  test('tells whoever comes too many that the station is full, and lets the next one in', async () => {
    const station = createStation()
    const on = await net.announce(station, { maxConnections: 2 })
    const [first, second] = [await net.listen(station.link), await net.listen(station.link)]
    await until(() => on.announcer.links.size === 2, 'two links')
    const third = await net.listen(station.link)
    await until(() => third.events.find(({ type }) => type === 'attempt-failed'), 'the refusal')
    expect(third.events).toContainEqual(
      expect.objectContaining({ type: 'attempt-failed', code: 'BYE', detail: 'the station is full' }),
    )
    expect(on.announcer.stats.full).toBeGreaterThan(0)
    expect(on.events[0]).toMatchObject({ type: 'overload' })
    await first.manager.stop()
    await until(() => third.links.length === 1, 'the third link')
    expect(second.links[0]?.isOpen).toBe(true)
  })

  test('lets an address hold so many connections, and another one when one of them has ended', async () => {
    const station = createStation()
    const on = await net.announce(station, { maxPerAddress: 2 })
    const node = await net.node()
    const [first] = [
      await net.prove(node, on.announcer.publicKey, station.link),
      await net.dial(node, on.announcer.publicKey),
    ]
    await expect(net.dial(node, on.announcer.publicKey)).rejects.toThrow('did not open')
    expect(on.announcer.stats.tooManyFromAddress).toBeGreaterThan(0)
    await first.link.close()
    await until(() => on.announcer.links.size === 0, 'the end of the first')
    await net.dial(node, on.announcer.publicKey)
  })

  test('leaves handshakes beyond the rate of an address unanswered', async () => {
    const station = createStation()
    const on = await net.announce(station, { handshakesPerAddress: { burst: 2, perSecond: 0 } })
    const listeners = [
      await net.listen(station.link),
      await net.listen(station.link),
      await net.listen(station.link),
    ]
    await until(() => on.announcer.stats.tooManyFromAddress > 0, 'a refusal')
    expect(on.announcer.links.size).toBeLessThanOrEqual(2)
    await Promise.all(listeners.map(({ manager }) => manager.stop()))
  })
})

describe('a stranger who connects', () => {
  const station = createStation()
  const topic = stationTopic(sodium, station.link.stationKey)
  let on: Awaited<ReturnType<TestNet['announce']>>
  beforeAll(async () => {
    on = await net.announce(station, { handshakeTimeoutMs: 1000 })
  })
  const nextRefusal = async (): Promise<unknown> => {
    const refused = await until(() => on.events.find(({ type }) => type === 'refused'), 'the refusal')
    on.events.length = 0
    return refused
  }

  const speak = async (...messages: Uint8Array[]): Promise<SecretStream> => {
    const conn = await net.dial(await net.node(), on.announcer.publicKey)
    const channel = new Protomux(conn).createChannel({
      protocol: CHANNEL_LABEL,
      id: topic,
      messages: [{ onmessage: () => undefined }],
    })
    channel?.open()
    for (const message of messages) channel?.messages[0]?.send(message)
    return conn
  }

  test.each([
    ['a malformed hello', new Uint8Array([0x80, 1, 2, 3]), 'PROTOCOL'],
    ['an unknown message that is critical', new Uint8Array([0xff]), 'PROTOCOL'],
    ['a message out of order', encodeControl({ type: 'ping', id: 1, t0Us: 1 }), 'PROTOCOL'],
    ['nothing at all', new Uint8Array(0), 'PROTOCOL'],
    ['a message that is too long', new Uint8Array(20_000), 'PROTOCOL'],
    ['a goodbye', encodeControl({ type: 'bye', reason: 'leaving', detail: '' }), 'BYE'],
  ])('and says %s is sent away', async (_, message, code) => {
    const conn = await speak(message)
    expect(await nextRefusal()).toMatchObject({ refusal: { code } })
    await until(() => conn.destroyed, 'the end of the connection')
  })

  test('may send optional messages of a later version', async () => {
    await speak(new Uint8Array([0x7f, 1, 2, 3]), new Uint8Array([0xfe]))
    expect(await nextRefusal()).toMatchObject({
      refusal: { detail: 'control message 254 is critical and unknown here' },
    })
  })

  test('and speaks garbage on the stream is sent away', async () => {
    const conn = await net.dial(await net.node(), on.announcer.publicKey)
    for (let i = 0; i < 50; i++) conn.write(randomBytes(100))
    expect(await nextRefusal()).toMatchObject({ type: 'refused' })
    await until(() => conn.destroyed, 'the end of the connection')
  })

  test('and announces a message of 16 MB is cut off before it is allocated', async () => {
    const conn = await net.dial(await net.node(), on.announcer.publicKey)
    conn.rawStream.write(new Uint8Array([255, 255, 255]))
    expect(await nextRefusal()).toMatchObject({
      refusal: { detail: expect.stringContaining('16777215 bytes') },
    })
  })

  test('and floods the stream is cut off', async () => {
    const conn = await net.dial(await net.node(), on.announcer.publicKey)
    const mux = new Protomux(conn)
    for (let i = 0; i < 3000 && !conn.destroyed; i++) {
      mux.createChannel({ protocol: `nonsense/${i}`, id: randomBytes(32), messages: [] })?.open()
    }
    expect(await nextRefusal()).toMatchObject({ refusal: { code: 'PROTOCOL', detail: 'too many bytes' } })
  })

  test('and says nothing is given up', async () => {
    const conn = await net.dial(await net.node(), on.announcer.publicKey)
    expect(await nextRefusal()).toMatchObject({ refusal: { code: 'TIMEOUT' } })
    await until(() => conn.destroyed, 'the end of the connection')
  })

  test("with another station's link is not let in", async () => {
    const other = createStation()
    const node = await net.node()
    await expect(net.prove(node, on.announcer.publicKey, other.link)).rejects.toThrow(
      'does not carry this station',
    )
    await nextRefusal()
    const forged = { stationKey: station.link.stationKey, groupKey: randomBytes(32) }
    await expect(net.prove(node, on.announcer.publicKey, forged)).rejects.toThrow('IMPOSTOR')
    expect(await nextRefusal()).toMatchObject({ type: 'refused' })
    expect(on.announcer.links.size).toBe(0)
  })
})

/** The addresses that the DHT names under a topic. */
async function relaysOn({ dht }: DhtNode, topic: Uint8Array): Promise<Address[]> {
  const named: Address[] = []
  for await (const reply of dht.lookup(topic)) {
    for (const { relayAddresses } of reply?.peers ?? []) named.push(...relayAddresses)
  }
  return named
}
