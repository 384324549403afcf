import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import createTestnet from '@hyperswarm/testnet'
import type { AudioSource, SourceItem } from '@pearcast/audio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BroadcastEvent } from '../events.ts'
import { IdentityStore } from '../identity/store.ts'
import { Broadcaster } from './broadcaster.ts'

let dht: Awaited<ReturnType<typeof createTestnet>>
let folder: string

beforeAll(async () => {
  dht = await createTestnet(4)
  folder = await mkdtemp(join(tmpdir(), 'pearcast-source-'))
})

afterAll(async () => {
  await dht.destroy()
  await rm(folder, { recursive: true })
})

/** Silence, so many packets of it, then what `atEnd` does. */
function sourceOf(packets: number, atEnd: () => Promise<undefined>): AudioSource {
  let left = packets
  const item: SourceItem = { kind: 'opus', packet: Uint8Array.of(0xfc, 0xff, 0xfe), samples: 960 }
  return {
    channels: 2,
    read: () => (left-- > 0 ? Promise.resolve(item) : atEnd()),
    close: () => Promise.resolve(),
  }
}

async function onAir(source: AudioSource, stayOnAir: boolean) {
  const events: BroadcastEvent[] = []
  const store = new IdentityStore(folder)
  const broadcaster = new Broadcaster({
    identity: await store.open('test'),
    store,
    source,
    bootstrap: dht.bootstrap,
    title: 'Test',
    bitrate: 96_000,
    profile: 'music',
    path: 'swarm',
    maxListeners: 4,
    waitListeners: 0,
    stayOnAir,
    onEvent: (event) => events.push(event),
  })
  await broadcaster.start()
  const told = (): string[] =>
    events.flatMap((event) => {
      if (event.event === 'source') return [`source ${event.state}`]
      return event.event === 'error' || event.event === 'ended' ? [event.event] : []
    })
  return { broadcaster, events, told }
}

describe('a source', () => {
  test('that ends takes the station off the air', async () => {
    const { broadcaster, told } = await onAir(
      sourceOf(5, () => Promise.resolve(undefined)),
      false,
    )
    expect(await broadcaster.ended).toBe('source-ended')
    expect(told()).toEqual(['source live', 'source ended', 'ended'])
  })

  test('that is cut says so, and the station leaves for that reason', async () => {
    const { broadcaster, told } = await onAir(
      sourceOf(5, () => Promise.reject(new Error('unplugged'))),
      false,
    )
    expect(await broadcaster.ended).toBe('source-failed')
    expect(told()).toEqual(['source live', 'error', 'source ended', 'ended'])
  })

  test.each([
    ['ends', () => Promise.resolve(undefined)],
    ['is cut', () => Promise.reject(new Error('unplugged'))],
  ])('that %s leaves a station on air that is to stay', async (_, atEnd) => {
    const { broadcaster, events, told } = await onAir(sourceOf(5, atEnd), true)
    await expect.poll(() => told(), { timeout: 10_000 }).toContain('source ended')
    const after = events.length
    // Statistics go on, and nothing ends.
    await expect.poll(() => events.length, { timeout: 10_000 }).toBeGreaterThan(after + 1)
    expect(told()).not.toContain('ended')
    await broadcaster.stop()
    expect(told().at(-1)).toBe('ended')
    expect(await broadcaster.ended).toBe('stopped')
  })

  test('has a level in the statistics, decoded where packets pass through', async () => {
    const { broadcaster, events } = await onAir(
      sourceOf(200, () => Promise.resolve(undefined)),
      false,
    )
    const level = (): unknown => events.find((event) => event.event === 'stats' && event.level !== null)
    await expect.poll(level, { timeout: 10_000 }).toMatchObject({ level: { peakDb: [-100, -100] } })
    await broadcaster.stop()
  })
})
