import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { negotiateVersion, OUR_VERSIONS, PROTOCOL_VERSION, ProtocolError } from './index.ts'
import { codeOf, orRefused } from './testing/errors.ts'

const offer = fc
  .record({
    a: fc.integer({ min: 1, max: 9 }),
    b: fc.integer({ min: 1, max: 9 }),
    features: fc.nat(0xffff_ffff),
  })
  .map(({ a, b, features }) => ({ versionMin: Math.min(a, b), versionMax: Math.max(a, b), features }))

describe('versions', () => {
  test('settle on the highest that both sides speak, the same on both sides', () => {
    fc.assert(
      fc.property(offer, offer, (local, remote) => {
        const common = [9, 8, 7, 6, 5, 4, 3, 2, 1].find((version) =>
          [local, remote].every(
            ({ versionMin, versionMax }) => version >= versionMin && version <= versionMax,
          ),
        )
        const agreed = orRefused(() => negotiateVersion(local, remote))
        expect(agreed?.version).toBe(common)
        expect(orRefused(() => negotiateVersion(remote, local))).toEqual(agreed)
      }),
    )
  })

  test('keep the features that both sides have, the 32nd as well', () => {
    const sides = [0x8000_0003, 0x8000_0006].map((features) => ({ ...OUR_VERSIONS, features }))
    const [local = OUR_VERSIONS, remote = OUR_VERSIONS] = sides
    expect(negotiateVersion(local, remote)).toEqual({ version: PROTOCOL_VERSION, features: 0x8000_0002 })
  })

  test('without a common one are explained', () => {
    const later = { versionMin: 2, versionMax: 3, features: 0 }
    expect(codeOf(() => negotiateVersion(OUR_VERSIONS, later))).toBe('VERSION_MISMATCH')
    expect(() => negotiateVersion(OUR_VERSIONS, later)).toThrow(ProtocolError)
    expect(() => negotiateVersion(OUR_VERSIONS, later)).toThrow('the other side speaks versions 2 to 3')
  })
})
