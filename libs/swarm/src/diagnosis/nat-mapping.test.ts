import { describe, expect, test } from 'vitest'
import { isStable, mappingOf, type MappingSample } from './nat-mapping.ts'

/** `asked` is a host's last number and port, `seen` likewise. */
function sample(asked: [number, number], seen: [number, number]): MappingSample {
  return {
    asked: { host: `1.0.0.${asked[0]}`, port: asked[1] },
    seen: { host: `2.0.0.${seen[0]}`, port: seen[1] },
  }
}
const LOCAL = { hosts: ['192.168.1.2', '2.0.0.9'], port: 5000 }

describe('the mapping of a NAT', () => {
  test('is unknown before two destinations have been asked', () => {
    expect(mappingOf([], LOCAL)).toBe('unknown')
    expect(mappingOf([sample([1, 1], [1, 7])], LOCAL)).toBe('unknown')
  })

  test('is none where our own address is seen', () => {
    expect(mappingOf([sample([1, 1], [9, 5000]), sample([2, 1], [9, 5000])], LOCAL)).toBe('none')
    expect(mappingOf([sample([1, 1], [9, 5001]), sample([2, 1], [9, 5001])], LOCAL)).toBe(
      'endpoint-independent',
    )
  })

  test('is endpoint-independent when all see the same', () => {
    expect(mappingOf([sample([1, 1], [1, 7]), sample([2, 1], [1, 7])], LOCAL)).toBe('endpoint-independent')
  })

  test('is address-dependent when only the ports of one host see the same', () => {
    const samples = [sample([1, 1], [1, 7]), sample([1, 2], [1, 7]), sample([2, 1], [1, 8])]
    expect(mappingOf(samples, LOCAL)).toBe('address-dependent')
  })

  test('is address-and-port-dependent otherwise, and where nothing tells the two apart', () => {
    const differ = [sample([1, 1], [1, 7]), sample([1, 2], [1, 8]), sample([2, 1], [1, 9])]
    expect(mappingOf(differ, LOCAL)).toBe('address-and-port-dependent')
    expect(mappingOf([sample([1, 1], [1, 7]), sample([2, 1], [1, 8])], LOCAL)).toBe(
      'address-and-port-dependent',
    )
  })
})

test('a mapping is stable when nobody sees us elsewhere than before', () => {
  const before = [sample([1, 1], [1, 7]), sample([2, 1], [1, 8])]
  expect(isStable(before, [sample([2, 1], [1, 8])])).toBe(true)
  expect(isStable(before, [sample([2, 1], [1, 9])])).toBe(false)
  expect(isStable(before, [sample([3, 1], [1, 9])])).toBeUndefined()
})
