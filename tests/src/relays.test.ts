import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { whereUnhindered } from './testing/machine.ts'
import { Lab, type Pearcast } from './testing/pearcast.ts'
import { playsOn } from './testing/plays-on.ts'
import { parentOf, startRelay } from './testing/relays.ts'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.clear())
afterAll(() => lab.close())

/** A station of its own with room for so many; the others are for relays. */
const onAir = (name: string, places: number): Promise<{ broadcaster: Pearcast; link: string }> =>
  lab.broadcast('tone', '--station', name, '--max-listeners', String(places))

async function hears(link: string): Promise<Pearcast> {
  const listener = lab.listen(link, '--output', 'null')
  await listener.until('first-audio', 30_000)
  return listener
}

async function endOf(listener: Pearcast): Promise<object> {
  await listener.stop()
  return listener.until('ended')
}

describe('a station that is full', () => {
  test('is heard by all, through a relay that has the only place', async () => {
    const { broadcaster, link } = await onAir('full', 1)
    const { process: relay } = await startRelay(lab, link)
    const listeners = await Promise.all([hears(link), hears(link)])
    await Promise.all(listeners.map((listener) => playsOn(listener)))
    for (const listener of listeners)
      expect(await endOf(listener)).toMatchObject({
        path: 'relayed',
        via: 'relay',
        relayHops: 1,
        framesDuplicate: 0,
      })
    expect(relay.of('child-joined').length).toBeGreaterThanOrEqual(2)
    expect(broadcaster.of('listener-joined')).toHaveLength(1)
    const served = relay.of('stats').find(({ children }) => children === 2)
    expect(served, relay.stderr).toMatchObject({ event: 'stats', hops: 0, leaf: null, link })
    await broadcaster.stop()
    await relay.until('off-air', 20_000)
    expect(await relay.stop()).toBe(130)
    expect(relay.events.at(-1)).toMatchObject({ event: 'ended', reason: 'stopped', link })
  })

  test('is heard through a chain of two relays', async () => {
    const { link } = await onAir('chain', 1)
    const first = await startRelay(lab, link, '--max-children', '1')
    const second = await startRelay(lab, link)
    expect(parentOf(second.process)).toBe(first.key)
    const listener = await hears(link)
    await playsOn(listener)
    expect(parentOf(listener)).toBe(second.key)
    expect(listener.of('stats').at(-1)).toMatchObject({ path: 'relayed', hops: 2 })
    expect(await endOf(listener)).toMatchObject({ relayHops: 2, framesDuplicate: 0 })
  })
})

describe('a listener behind relays', () => {
  test('goes on when its relay is killed, and when the next one leaves', async () => {
    const { link } = await onAir('leaving', 3)
    // They have all the places.
    const relays = await Promise.all([1, 2, 3].map(() => startRelay(lab, link)))
    const listener = await hears(link)
    await playsOn(listener)
    const killed = relays.find(({ key }) => key === parentOf(listener))
    expect(killed, `it hears ${String(parentOf(listener))}`).toBeDefined()
    await killed?.process.stop('SIGKILL')
    await playsOn(listener, 50, 30_000)
    expect(parentOf(listener)).not.toBe(killed?.key)
    const others = relays.filter((relay) => relay !== killed)
    const leaving = others.find(({ key }) => key === parentOf(listener)) ?? others[0]
    expect(await leaving?.process.stop('SIGTERM'), leaving?.process.stderr).toBe(0)
    await playsOn(listener, 50, 30_000)
    expect(parentOf(listener)).not.toBe(leaving?.key)
    expect(await endOf(listener)).toMatchObject({ framesDuplicate: 0 })
  }, 150_000)

  test('stays with it while the source is quiet for 700 ms', async () => {
    const args = ['broadcast', '-', '--station', 'quiet', '--max-listeners', '2']
    const broadcaster = lab.wire({ stdin: true }, ...args)
    const link = String((await broadcaster.until('on-air'))['link'])
    const endSound = soundInto(broadcaster)
    const relays = await Promise.all([1, 2].map(() => startRelay(lab, link)))
    const listener = await hears(link)
    await playsOn(listener)
    const all = [listener, ...relays.map(({ process }) => process)]
    const before = all.map(parentOf)
    expect(relays.map(({ key }) => key)).toContain(before[0])
    const from = broadcaster.events.length
    endSound()
    await broadcaster.until((event) => event.event === 'source' && event['state'] === 'stalled', 20_000, from)
    await sleep(700)
    const endSoundAgain = soundInto(broadcaster)
    await playsOn(listener)
    endSoundAgain()
    whereUnhindered('whether anybody moved', () => {
      expect(all.map(parentOf)).toEqual(before)
      expect(broadcaster.of('listener-left')).toEqual([])
    })
  }, 90_000)
})

const PIECE_MS = 100

/** Silence is sound, too: bare samples, as they come. @returns the end of it */
function soundInto({ child }: Pearcast): () => void {
  const piece = Buffer.alloc((PIECE_MS / 1000) * 192_000)
  for (let i = 0; i < 5; i++) child.stdin?.write(piece)
  const timer = setInterval(() => child.stdin?.write(piece), PIECE_MS).unref()
  return () => clearInterval(timer)
}
