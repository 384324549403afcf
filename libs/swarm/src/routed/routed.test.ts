import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ControlMessage, StationLink } from '@pearcast/protocol'
import type { DhtNode } from '../dht-node.ts'
import { createKeyPair } from '../key-pair.ts'
import type { PeerLink } from '../peer-link.ts'
import { randomBytes } from '../random.ts'
import { createStation, sodium, TestNet, type TestAnnouncer, until } from '../test-kit.ts'
import { EnvelopeRouter } from './envelope-router.ts'
import { HelperSearch, HelperServer, type HelperServerOptions } from './helper-server.ts'
import { RoutedLink } from './routed-link.ts'

let net: TestNet
beforeEach(async () => {
  net = await TestNet.start()
})
afterEach(() => net.close())

interface Helper {
  server: HelperServer
  router: EnvelopeRouter
  guests: PeerLink[]
  node: DhtNode
}

/** A listener that hears the station and passes envelopes on. */
async function help(link: StationLink, options: Partial<HelperServerOptions> = {}): Promise<Helper> {
  const own = await net.listen(link)
  const station = await until(() => own.links[0], 'the link of the helper')
  const router = new EnvelopeRouter(Date.now)
  router.setStation(station)
  const guests: PeerLink[] = []
  const server = new HelperServer({
    node: own.node,
    sodium,
    link,
    role: 'listener',
    onGuest: (guest) => {
      guests.push(guest)
      router.addGuest(guest)
    },
    onGuestGone: (guest) => router.removeGuest(guest),
    ...options,
  })
  net.onClose(() => server.stop())
  await server.start()
  return { server, router, guests, node: own.node }
}

/** A node whose dials to this key lead nowhere, as between two NATs that map at random. */
async function cutOffFrom(publicKey: Uint8Array, isOver: () => boolean = () => false): Promise<DhtNode> {
  const node = await net.node()
  const connect = node.dht.connect.bind(node.dht)
  node.dht.connect = (key, options) =>
    connect(Buffer.compare(key, publicKey) === 0 && !isOver() ? randomBytes(32) : key, options)
  return node
}

async function helpersOf(node: DhtNode, link: StationLink): Promise<number> {
  return new HelperSearch(node, sodium, link.stationKey, () => undefined).done
}

describe('a listener whom no dial brings to the station', () => {
  let on: TestAnnouncer
  let link: StationLink
  beforeEach(async () => {
    const station = createStation()
    link = station.link
    on = await net.announce(station, { routes: true })
  })

  test('gets there through one who hears it', { timeout: 20_000 }, async () => {
    const helper = await help(link)
    const listener = await net.listen(link, { routes: true, node: await cutOffFrom(on.announcer.publicKey) })
    const near = await until(() => listener.links[0], 'a routed link', 15_000)
    const far = await until(() => on.links.find((each) => each instanceof RoutedLink), 'its other end')
    expect(near).toBeInstanceOf(RoutedLink)
    expect(near.session?.stationKey).toEqual(link.stationKey)
    expect(listener.manager.link).toBe(near)
    const heard: ControlMessage[] = []
    far.onControl = (message) => heard.push(message)
    const subscribe: ControlMessage = {
      type: 'subscribe',
      channel: 1,
      variant: 0,
      paths: { swarm: false, webrtc: true },
    }
    near.send(subscribe)
    await until(() => heard.length > 0, 'a message at the station')
    expect(heard).toEqual([subscribe])
    expect(helper.router.stats.forwarded).toBeGreaterThan(6)
    await listener.manager.stop()
    await until(() => !far.isOpen, 'the goodbye at the station')
    await until(() => helper.guests.every(({ isOpen }) => !isOpen), 'the goodbye at the helper')
  })

  test('leaves the helper once a connection bears the link', { timeout: 20_000 }, async () => {
    const helper = await help(link)
    const listener = await net.listen(link, { routes: true, node: await cutOffFrom(on.announcer.publicKey) })
    const near = await until(() => listener.links[0], 'a routed link', 15_000)
    if (!(near instanceof RoutedLink)) throw new Error('a routed link')
    near.attach({ send: () => true, sendDatagram: () => true })
    await until(() => helper.guests.every(({ isOpen }) => !isOpen), 'the goodbye at the helper')
    expect(near.isOpen).toBe(true)
  })

  test('takes a dial that succeeds meanwhile instead', { timeout: 20_000 }, async () => {
    await help(link)
    let opened = false
    const node = await cutOffFrom(on.announcer.publicKey, () => opened)
    const listener = await net.listen(link, { routes: true, node })
    const route = await until(() => listener.links[0], 'a routed link', 15_000)
    expect(route).toBeInstanceOf(RoutedLink)
    opened = true
    const direct = await until(() => listener.links[1], 'a direct link', 15_000)
    expect(direct).not.toBeInstanceOf(RoutedLink)
    await until(() => !route.isOpen, 'the end of the route')
    expect(direct.isOpen).toBe(true)
  })

  test('finds another helper when the first leads nowhere', { timeout: 20_000 }, async () => {
    const dead = await help(link)
    dead.router.setStation(undefined)
    await help(link)
    const listener = await net.listen(link, { routes: true, node: await cutOffFrom(on.announcer.publicKey) })
    expect(await until(() => listener.links[0], 'a routed link', 15_000)).toBeInstanceOf(RoutedLink)
  })

  test('is told when the station goes off air', { timeout: 20_000 }, async () => {
    await help(link)
    const listener = await net.listen(link, { routes: true, node: await cutOffFrom(on.announcer.publicKey) })
    await until(() => listener.links[0], 'a routed link', 15_000)
    await on.announcer.stop('off-air')
    const lost = await until(() => listener.events.find(({ type }) => type === 'link-lost'), 'the end')
    expect(lost).toMatchObject({ end: { kind: 'bye', reason: 'off-air' } })
  })
})

describe('a helper', () => {
  test('is found while it is there, and lets in only who knows the link', { timeout: 20_000 }, async () => {
    const station = createStation()
    await net.announce(station)
    const { guests, node, server } = await help(station.link)
    expect(await helpersOf(node, station.link)).toBe(1)
    expect(await helpersOf(node, createStation().link)).toBe(0)
    const keys: Uint8Array[] = []
    await new HelperSearch(node, sodium, station.link.stationKey, ({ publicKey }) => keys.push(publicKey))
      .done
    const [key] = keys
    if (key === undefined) throw new Error('a helper')
    const conn = await net.dial(await net.node(), key)
    await until(() => conn.destroyed, 'the end of a connection that proves nothing', 10_000)
    expect(guests).toEqual([])
    await server.stop()
    expect(await helpersOf(node, station.link)).toBe(0)
  })

  test('lets an address hold so many connections, and another one when one of them has ended', async () => {
    const { link } = createStation()
    const [own, node] = [await net.node(), await net.node()]
    const keyPair = createKeyPair()
    const server = new HelperServer({
      node: own,
      sodium,
      link,
      keyPair,
      role: 'relay',
      limits: { maxPerAddress: 2 },
      onGuest: () => undefined,
      onGuestGone: () => undefined,
    })
    net.onClose(() => server.stop())
    await server.start()
    await net.dial(node, keyPair.publicKey)
    const last = await net.dial(node, keyPair.publicKey)
    void net.dial(node, keyPair.publicKey).catch(() => undefined)
    await until(() => server.stats.tooManyFromAddress > 0, 'a connection too many')
    expect(server.stats.full).toBe(0)
    last.destroy()
    await net.dial(node, keyPair.publicKey)
  })
})
