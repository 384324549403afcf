import { expect, test } from 'vitest'
import { forkRandom, seededRandom } from './random.ts'

test('a seed gives the same numbers on every machine', () => {
  const random = seededRandom(42)
  expect(Array.from({ length: 3 }, () => Math.floor(random() * 1e9))).toMatchInlineSnapshot(`
    [
      755807910,
      873932468,
      668114484,
    ]
  `)
})

test('numbers are uniform, and neighbouring seeds unrelated', () => {
  for (const seed of [0, 1, 2, 0xffff_ffff, 2 ** 40]) {
    const random = seededRandom(seed)
    const buckets = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 20_000; i++) {
      const at = Math.floor(random() * 10)
      buckets[at] = (buckets[at] ?? 0) + 1
    }
    for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(200)
  }
  const firsts = Array.from({ length: 1000 }, (_, seed) => seededRandom(seed)())
  expect(new Set(firsts).size).toBe(1000)
})

test('a fork has numbers of its own', () => {
  const parent = seededRandom(1)
  const [a, b] = [forkRandom(parent), forkRandom(parent)]
  expect(a()).not.toBe(b())
  const again = forkRandom(seededRandom(1))
  again()
  expect(again()).toBe(a())
})
