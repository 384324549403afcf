import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LinkEnd, PeerLink } from './peer-link.ts'
import { createStation, TestNet, type TestAnnouncer, type TestStation, until } from './test-kit.ts'

let net: TestNet
let station: TestStation
let on: TestAnnouncer
beforeAll(async () => {
  net = await TestNet.start()
  station = createStation()
  on = await net.announce(station)
})
afterAll(() => net.close())
afterEach(async () => {
  await Promise.all(on.links.map((link) => link.close()))
  on.links.length = 0
})

/** A proven link, seen from both ends, and the listener's connection below it. */
async function connect(): Promise<{ link: PeerLink; child: PeerLink; conn: RawConnection }> {
  const { link, conn } = await net.prove(await net.node(), on.announcer.publicKey, station.link)
  const child = await until(() => on.links.at(-1), 'the child')
  return { link, child, conn }
}
type RawConnection = Awaited<ReturnType<TestNet['prove']>>['conn']

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)

describe('an open link', () => {
  test('says who is at the other end', async () => {
    const { link, child } = await connect()
    expect(link).toMatchObject({
      remoteRole: 'broadcaster',
      via: 'lan',
      version: 1,
      features: 0,
      isOpen: true,
    })
    expect(link.remoteKey).toEqual(on.announcer.publicKey)
    expect(link.remoteAddress.host).toBe('127.0.0.1')
    expect(link.session).toMatchObject({ generation: 1, term: 1 })
    expect(link.id).toMatch(/^[0-9a-f]{8,16}$/)
    expect(child).toMatchObject({ remoteRole: 'listener', via: 'lan', session: undefined })
    expect(child.remoteAddress.host).toBe('127.0.0.1')
  })

  test('carries control messages in order, also those that came before anybody listened', async () => {
    const { link, child } = await connect()
    const ids = [1, 2, 3]
    link.send(...ids.map((id) => ({ type: 'ping', id, t0Us: 5 }) as const))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const got: unknown[] = []
    child.onControl = (message) => got.push(message)
    link.send({ type: 'select', channel: 0, path: 'swarm' })
    await until(() => got.length === 4, 'four messages')
    expect(got).toEqual([
      ...ids.map((id) => ({ type: 'ping', id, t0Us: 5 })),
      { type: 'select', channel: 0, path: 'swarm' },
    ])
  })

  test('echoes 1000 datagrams on loopback and loses none', async () => {
    const { link, child } = await connect()
    child.onDatagram = (plaintext) => child.sendDatagram(plaintext)
    const echoed = new Set<number>()
    link.onDatagram = ([low = 0, high = 0]) => echoed.add(low + 256 * high)
    for (let i = 0; i < 1000; i++) {
      expect(link.sendDatagram(new Uint8Array([i & 255, i >> 8, ...bytes(238, 7)]))).toBe(true)
      if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await until(() => echoed.size === 1000, 'a thousand echoes')
    const clean = { datagramsDropped: 0, forged: 0, replayed: 0, malformed: 0 }
    expect(link.stats).toEqual({ datagramsSent: 1000, datagramsReceived: 1000, ...clean })
    expect(child.stats).toEqual({ datagramsSent: 1000, datagramsReceived: 1000, ...clean })
  })

  test('takes a datagram of the longest length, and none longer', async () => {
    const { link, child } = await connect()
    const got: number[] = []
    child.onDatagram = (plaintext) => got.push(plaintext.length)
    expect(link.sendDatagram(bytes(link.maxDatagramBytes + 1, 1))).toBe(false)
    expect(link.sendDatagram(bytes(link.maxDatagramBytes, 1))).toBe(true)
    await until(() => got.length === 1, 'the datagram')
    expect(got).toEqual([link.maxDatagramBytes])
    expect(link.stats.datagramsSent).toBe(1)
  })
})

describe('datagrams that are not ours', () => {
  test('are dropped and counted: forged, replayed and malformed ones', async () => {
    const { link, child, conn } = await connect()
    const got: number[] = []
    child.onDatagram = (plaintext) => got.push(plaintext[0] ?? 0)
    const sealed: Uint8Array[] = []
    const trySend = conn.rawStream.trySend.bind(conn.rawStream)
    conn.rawStream.trySend = (datagram) => {
      sealed.push(datagram.slice())
      trySend(datagram)
    }
    link.sendDatagram(bytes(100, 1))
    const [original] = sealed
    if (!original) throw new Error('nothing was sealed')
    trySend(original)
    const forged = original.slice()
    forged[7] = 5
    trySend(forged)
    trySend(bytes(500, 9))
    trySend(bytes(3, 9))
    link.sendDatagram(bytes(100, 2))
    await until(() => got.length === 2, 'both genuine datagrams')
    expect(got).toEqual([1, 2])
    expect(child.stats).toMatchObject({ datagramsReceived: 2, replayed: 1, forged: 2, malformed: 1 })
    expect(child.isOpen).toBe(true)
  })

  test('cannot be made with the keys of secret-stream, which the DHT could derive', async () => {
    const { child, conn } = await connect()
    const got: Uint8Array[] = []
    child.onDatagram = (plaintext) => got.push(plaintext)
    conn.trySend(bytes(100, 1))
    await until(() => child.stats.forged === 1, 'the forgery')
    expect(got).toEqual([])
  })
})

describe('the end of a link', () => {
  test('is told to both sides, with the reason', async () => {
    const { link, child } = await connect()
    const ends: LinkEnd[] = []
    link.onClose = (end) => ends.push(end)
    child.onClose = (end) => ends.push(end)
    await child.close('kicked', 'too loud')
    await until(() => ends.length === 2, 'both ends')
    expect(ends).toEqual([
      { kind: 'local', reason: 'kicked', detail: 'too loud' },
      { kind: 'bye', reason: 'kicked', detail: 'too loud' },
    ])
    expect(on.announcer.links.size).toBe(0)
    expect([link.sendDatagram(bytes(1, 1)), child.sendDatagram(bytes(1, 1))]).toEqual([false, false])
    link.send({ type: 'ping', id: 1, t0Us: 1 })
    await link.close()
  })

  test('without a word counts as lost', async () => {
    const { child, conn } = await connect()
    const ends: LinkEnd[] = []
    child.onClose = (end) => ends.push(end)
    conn.destroy()
    await until(() => ends.length === 1, 'the end')
    expect(ends).toMatchObject([{ kind: 'lost' }])
    expect(on.announcer.links.size).toBe(0)
  })

  test('follows a message that has no place on an open link', async () => {
    const { link, child } = await connect()
    const ends: LinkEnd[] = []
    child.onClose = (end) => ends.push(end)
    link.send({ type: 'seal-key', key: bytes(32, 1) })
    await until(() => ends.length === 1, 'the end')
    expect(ends).toMatchObject([{ kind: 'violation' }])
  })

  test('follows a flood of control messages', async () => {
    const { link, child } = await connect()
    const ends: LinkEnd[] = []
    let taken = 0
    child.onControl = () => taken++
    child.onClose = (end) => ends.push(end)
    for (let id = 0; id < 1000; id++) link.send({ type: 'ping', id, t0Us: 0 })
    await until(() => ends.length === 1, 'the end')
    expect(ends).toMatchObject([{ kind: 'violation' }])
    expect(taken).toBeLessThan(300)
  })
})

describe('a renewed session', () => {
  test('reaches every open link', async () => {
    const { link, child } = await connect()
    const before = link.session
    const sessions: unknown[] = []
    link.onSession = (session) => sessions.push(session)
    const { chain, sessionSecretKey } = station.credentials(2)
    on.announcer.updateChain(chain, sessionSecretKey)
    await until(() => sessions.length === 1, 'the new session')
    expect(link.session).toMatchObject({ term: 2 })
    expect(link.session?.sessionKey).not.toEqual(before?.sessionKey)
    expect(child.isOpen).toBe(true)
  })

  test('that is older ends the link', async () => {
    const { link } = await connect()
    const ends: LinkEnd[] = []
    link.onClose = (end) => ends.push(end)
    const { chain, sessionSecretKey } = station.credentials(1)
    on.announcer.updateChain(chain, sessionSecretKey)
    await until(() => ends.length === 1, 'the end')
    expect(ends).toMatchObject([{ kind: 'violation' }])
  })
})
