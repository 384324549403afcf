/** A source of numbers in [0, 1), as `Math.random` is one: passed in, so that a run can be repeated. */
export type Random = () => number

/**
 * A seeded generator (sfc32: 128 bits of state, passes PractRand): the same seed gives the same numbers on every
 * machine. Not for keys.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e37_79b9
  let b = 0x243f_6a88
  let c = Math.floor(seed / 0x1_0000_0000) | 0
  let d = seed | 0
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 0x1_0000_0000
  }
  // The first outputs still resemble the seed.
  for (let i = 0; i < 15; i++) next()
  return next
}

/** A generator of its own for one element, so that traffic on one link does not disturb the numbers of another. */
export function forkRandom(random: Random): Random {
  return seededRandom(Math.floor(random() * 0x1_0000_0000) * 0x10_0000 + Math.floor(random() * 0x10_0000))
}
