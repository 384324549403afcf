import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressPrefix } from './address-prefix.ts'
import { type Circumstances, fanOut, fullTreeDepth, leafReason, standing } from './policy.ts'

describe('the network of an address', () => {
  test.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:0:1::5', '2001:db8:0::/48'],
    ['2001:0DB8:0000:ffff:1:2:3:4', '2001:db8:0::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['somewhere', 'somewhere'],
  ])('%s is in %s', (address, prefix) => {
    expect(addressPrefix(address)).toBe(prefix)
  })

  test('is found for any text', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof addressPrefix(text) === 'string'))
  })
})

describe('fan-out', () => {
  const streamBytesPerS = 20_000

  test('leaves three tenths of the uplink free, and heeds what the user allows', () => {
    expect(fanOut({ uplinkBytesPerS: 250_000, streamBytesPerS })).toBe(8)
    expect(fanOut({ uplinkBytesPerS: 250_000, streamBytesPerS, allowedBytesPerS: 60_000 })).toBe(3)
    expect(fanOut({ uplinkBytesPerS: 1e9, streamBytesPerS })).toBe(64)
  })

  test.each([0, 19_000, -5, Number.NaN])('is none for an uplink of %d', (uplinkBytesPerS) => {
    expect(fanOut({ uplinkBytesPerS, streamBytesPerS })).toBe(0)
  })

  test('of four reaches 100 000 peers in nine hops, of eight in six', () => {
    expect(fullTreeDepth(100_000, 4)).toBe(9)
    expect(fullTreeDepth(100_000, 8)).toBe(6)
    expect(fullTreeDepth(5, 1)).toBe(5)
  })
})

describe('a leaf', () => {
  const able: Circumstances = { mode: 'auto', metered: false, reach: 'open', fanOut: 4 }

  test.each([
    [{}, undefined],
    [{ reach: 'punched' }, undefined],
    [{ mode: 'off' }, 'asked'],
    [{ metered: true }, 'metered'],
    [{ metered: true, mode: 'on' }, undefined],
    [{ reach: 'never' }, 'unreachable'],
    [{ reach: 'unknown', mode: 'on' }, 'unreachable'],
    [{ fanOut: 1 }, 'no-uplink'],
  ] as const)('with %o because of %s', (changes, reason) => {
    expect(leafReason({ ...able, ...changes })).toBe(reason)
  })
})

test('who has stayed for minutes stands higher than who has just come with more uplink', () => {
  expect(standing({ ageS: 300, slots: 4 })).toBeGreaterThan(standing({ ageS: 5, slots: 8 }))
  expect(standing({ ageS: 9000, slots: 4 })).toBe(standing({ ageS: 300, slots: 4 }))
  expect(standing({ ageS: 300, slots: 0 })).toBe(0)
})
