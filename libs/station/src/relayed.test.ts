import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSink } from '@pearcast/audio'
import { fromHex, type StationLink } from '@pearcast/protocol'
import { dialMember, openDht, readRecord, startPrivateDht, type PrivateDht } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BroadcasterOptions } from './broadcaster/broadcaster-options.ts'
import type { ListenEvent } from './events.ts'
import { Listener } from './listener/listener.ts'
import { OpenRelay } from './open-relay.ts'
import { RelayNode, type RelayEvent } from './relay-node.ts'
import { createToneStation, type ToneStation } from './testing/tone-station.ts'

let dht: PrivateDht
let folder: string
const running: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  dht = await startPrivateDht({ nodes: 4 })
  folder = await mkdtemp(join(tmpdir(), 'pearcast-relayed-'))
})

afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop()
  await dht.close()
  await rm(folder, { recursive: true })
})

async function onAir(
  maxListeners: number,
  more: Partial<BroadcasterOptions> = {},
): Promise<Pick<ToneStation, 'broadcaster' | 'events' | 'link'>> {
  const station = await createToneStation(folder, dht.bootstrap, { maxListeners, ...more })
  running.push(station.broadcaster)
  await station.broadcaster.start()
  return station
}

async function startRelay(
  link: StationLink,
  maxChildren = 8,
  uplinkBps?: number,
): Promise<{ events: RelayEvent[]; node: RelayNode }> {
  const events: RelayEvent[] = []
  const node = new RelayNode({
    link,
    bootstrap: dht.bootstrap,
    maxChildren,
    uplinkBps,
    onEvent: (event) => events.push(event),
  })
  running.push(node)
  await node.start()
  await vi.waitUntil(() => events.some(({ event }) => event === 'announced'), { timeout: 20_000 })
  return { events, node }
}

async function listen(link: StationLink): Promise<{ events: ListenEvent[]; listener: Listener }> {
  const events: ListenEvent[] = []
  const listener = new Listener({
    link,
    sink: await openSink('null', { channels: 2 }),
    bootstrap: dht.bootstrap,
    path: 'swarm',
    onEvent: (event) => events.push(event),
  })
  running.push(listener)
  await listener.start()
  return { events, listener }
}

const firstAudio = (
  events: readonly ListenEvent[],
): Extract<ListenEvent, { event: 'first-audio' }> | undefined =>
  events.find((event) => event.event === 'first-audio')

const wait = { timeout: 30_000, interval: 50 }

describe('a station that is full', () => {
  test('sends who comes to a relay, and the audio is the same', { timeout: 90_000 }, async () => {
    const { events, link } = await onAir(1)
    const { events: relayEvents, node } = await startRelay(link)
    expect(relayEvents).toContainEqual({ event: 'announced', announced: true, key: node.key })
    const { events: heard, listener } = await listen(link)
    await vi.waitUntil(() => firstAudio(heard) !== undefined, wait)
    expect(firstAudio(heard)).toMatchObject({ path: 'relayed', via: 'relay' })
    await new Promise((resolve) => setTimeout(resolve, 2000))
    await listener.stop()
    const end = heard.at(-1)
    expect(end).toMatchObject({
      event: 'ended',
      path: 'relayed',
      via: 'relay',
      relayHops: 1,
      framesDuplicate: 0,
    })
    expect(end?.event === 'ended' && end.framesByPath.relayed).toBeGreaterThan(50)
    expect(heard).toContainEqual(expect.objectContaining({ event: 'station', title: 'Test' }))
    expect(relayEvents).toContainEqual(expect.objectContaining({ event: 'child-joined' }))
    expect(events.filter(({ event }) => event === 'listener-joined')).toHaveLength(1)
  })
})

describe('who hears a station through relays', () => {
  test(
    'goes on with the second relay when the first one leaves, and plays no frame twice',
    { timeout: 90_000 },
    async () => {
      const { link } = await onAir(2)
      const relays = [await startRelay(link), await startRelay(link)]
      const { events: heard, listener } = await listen(link)
      await vi.waitUntil(() => firstAudio(heard) !== undefined, wait)
      const parentOf = (): string | null | undefined =>
        heard.flatMap((event) => (event.event === 'parent' ? [event.key] : [])).at(-1)
      // Until the second one is warm.
      await new Promise((resolve) => setTimeout(resolve, 4000))
      const first = relays.find(({ node }) => node.key === parentOf())
      const second = relays.find(({ node }) => node.key !== parentOf())
      await first?.node.stop()
      await vi.waitUntil(() => parentOf() === second?.node.key, wait)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await listener.stop()
      const end = heard.at(-1)
      // It may have taken the place at the station that became free.
      expect(end).toMatchObject({ event: 'ended', framesDuplicate: 0 })
    },
  )

  test('hears of its end, and is there when it comes back', { timeout: 90_000 }, async () => {
    const { broadcaster, link } = await onAir(1)
    await startRelay(link)
    const { events: heard } = await listen(link)
    await vi.waitUntil(() => firstAudio(heard) !== undefined, wait)
    await broadcaster.stop()
    await vi.waitUntil(() => heard.some(({ event }) => event === 'off-air'), wait)
    const before = heard.length
    await onAir(1)
    await vi.waitUntil(
      () => heard.slice(before).some((event) => event.event === 'parent' && event.key !== null),
      { ...wait, timeout: 60_000 },
    )
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const stats = heard.findLast((event) => event.event === 'stats')
    // What was missed between two runs is nobody's loss.
    expect(stats).toMatchObject({ event: 'stats', framesLost: 0 })
  })
})

describe('a relay on a private DHT', () => {
  /** How many of these dials, all from one address, do not become a link that stays. */
  async function turnedAway(link: StationLink, key: string, dials: number, atOnce = dials): Promise<number> {
    const node = await openDht({ bootstrap: dht.bootstrap })
    running.push({ stop: () => node.close() })
    await node.ready()
    let failed = 0
    const dial = (): Promise<void> =>
      new Promise((resolve) => {
        const to = { node, sodium, link, role: 'listener', key, timeoutMs: 8000 } as const
        const fail = (): void => {
          failed++
          resolve()
        }
        dialMember({ ...to, onLink: () => resolve(), onFailed: fail, onEnd: fail })
      })
    for (let done = 0; done < dials; done += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, dial))
    }
    // Who is told that there is no room is told so on a link.
    await new Promise((resolve) => setTimeout(resolve, 500))
    return failed
  }

  test('lets in at once as many as it has places', { timeout: 60_000 }, async () => {
    const { link } = await onAir(1)
    const { node: relay } = await startRelay(link, 120)
    expect(await turnedAway(link, relay.key, 120)).toBe(0)
  })

  test('lets in more when it may use more of its uplink', { timeout: 60_000 }, async () => {
    const { link } = await onAir(1)
    const { node: relay } = await startRelay(link, 64, 1e6)
    relay.setUplink(1e8)
    expect(await turnedAway(link, relay.key, 60, 20)).toBe(0)
  })
})

describe('a station that hides its address', () => {
  test('goes to the relay that it names, and is heard through it alone', { timeout: 90_000 }, async () => {
    const events: { station: string; event: RelayEvent }[] = []
    const stations: object[] = []
    const relay = new OpenRelay({
      seed: new Uint8Array(32).fill(3),
      bootstrap: dht.bootstrap,
      onStation: (event) => stations.push(event),
      onEvent: (station, event) => events.push({ station, event }),
    })
    running.push(relay)
    await relay.start()
    const { events: told, link } = await onAir(10, { via: [fromHex(relay.key)], privateIp: true })
    await vi.waitUntil(() => events.some(({ event }) => event.event === 'announced'), wait)
    expect(told).toContainEqual({ event: 'via', key: relay.key, state: 'connected' })
    const { events: heard, listener } = await listen(link)
    await vi.waitUntil(() => firstAudio(heard) !== undefined, wait)
    expect(firstAudio(heard)).toMatchObject({ path: 'relayed', via: 'relay' })
    expect(stations).toEqual([
      { event: 'station-joined', station: Buffer.from(link.stationKey).toString('hex') },
    ])
    await listener.stop()
    // The record leads to the relay, and nothing in the DHT to the station.
    const node = await openDht({ bootstrap: dht.bootstrap })
    running.push({ stop: () => node.close() })
    await vi.waitUntil(
      async () => (await readRecord(node.dht, link.stationKey, { latest: true }))?.record.relays.length === 1,
      wait,
    )
    const stored = await readRecord(node.dht, link.stationKey, { latest: true })
    expect(stored?.record.encoders).toEqual([])
  })

  test('is told why, when the relay does not take it', { timeout: 60_000 }, async () => {
    const events: object[] = []
    const options = {
      bootstrap: dht.bootstrap,
      onStation: (event: object) => events.push(event),
      onEvent: () => undefined,
    }
    const named = new OpenRelay({ ...options, seed: new Uint8Array(32).fill(4), maxStations: 0 })
    running.push(named)
    await named.start()
    const { events: told } = await onAir(10, { via: [fromHex(named.key)], privateIp: true })
    await vi.waitUntil(() => told.some((event) => event.event === 'via' && event.state === 'lost'), wait)
    expect(told).toContainEqual(expect.objectContaining({ event: 'via', state: 'lost', code: 'REFUSED' }))
    expect(events).toEqual([])
  })
})
