import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { shrink } from '../chaos/shrink.ts'
import { parseVirtualChaos, playVirtualChaos, virtualChaosOf } from './chaos.ts'

const TIMEOUT_MS = 120_000
const CORPUS = new URL('./corpus/', import.meta.url)

describe('what chaos once found', () => {
  test.each(readdirSync(CORPUS))('%s stays mended', { timeout: TIMEOUT_MS }, (name) => {
    const chaos = parseVirtualChaos(readFileSync(new URL(name, CORPUS), 'utf8'))
    expect(playVirtualChaos(chaos).complaints).toEqual([])
  })
})

test.each([1, 2, 3, 4, 5, 6])(
  'after the troubles of seed %i everybody hears again once all is mended',
  { timeout: TIMEOUT_MS },
  (seed) => {
    expect(playVirtualChaos(virtualChaosOf(seed)).complaints).toEqual([])
  },
)

test('a seed is the same events each time, and another seed others', { timeout: TIMEOUT_MS }, () => {
  const [once, again, other] = [7, 7, 8].map((seed) => playVirtualChaos(virtualChaosOf(seed)))
  expect(again).toEqual(once)
  expect(other?.hash).not.toBe(once?.hash)
})

test(
  'a trouble that is never mended is complained of, and shrunk to what it takes',
  { timeout: TIMEOUT_MS },
  async () => {
    const { events } = virtualChaosOf(3)
    const deaf = { atMs: 39_999, kind: 'deafen' as const, who: 0 }
    const plays = (some: readonly { kind: string }[]): Promise<boolean> =>
      Promise.resolve(
        playVirtualChaos({
          seed: 3,
          listeners: 5,
          events: some.filter((each) => each === deaf).map(() => deaf),
        }).complaints.length > 0,
      )
    expect(await shrink([...events, deaf], plays)).toEqual([deaf])
  },
)
