import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSink, openSource } from '@pearcast/audio'
import { parseLink, type StationLink } from '@pearcast/protocol'
import { startPrivateDht, type PrivateDht } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Broadcaster } from './broadcaster/broadcaster.ts'
import type { BroadcastEvent, ListenEvent } from './events.ts'
import { IdentityStore } from './identity/store.ts'
import { Listener } from './listener/listener.ts'
import { RelayNode, type RelayEvent } from './relay-node.ts'

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
): Promise<{ events: BroadcastEvent[]; link: StationLink; broadcaster: Broadcaster }> {
  const store = new IdentityStore(folder)
  const identity = await store.open('test')
  const events: BroadcastEvent[] = []
  const broadcaster = new Broadcaster({
    identity,
    store,
    source: await openSource('tone', { profile: 'music', bitrate: 96_000 }),
    bootstrap: dht.bootstrap,
    title: 'Test',
    bitrate: 96_000,
    profile: 'music',
    path: 'swarm',
    maxListeners,
    waitListeners: 0,
    onEvent: (event) => events.push(event),
  })
  running.push(broadcaster)
  await broadcaster.start()
  return { events, broadcaster, link: parseLink(sodium, store.link(identity)) }
}

async function relay(link: StationLink, maxChildren = 8): Promise<{ events: RelayEvent[]; node: RelayNode }> {
  const events: RelayEvent[] = []
  const node = new RelayNode({
    link,
    bootstrap: dht.bootstrap,
    maxChildren,
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
    const { events: relayEvents, node } = await relay(link)
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
