import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concealmentToc, frameSamplesOfToc, packetSamples } from './packet.ts'

describe('packetSamples', () => {
  // RFC 6716 table 2, one of each mode and frame size.
  test.each([
    [0, 480],
    [1, 960],
    [2, 1920],
    [3, 2880],
    [12, 480],
    [13, 960],
    [16, 120],
    [17, 240],
    [18, 480],
    [31, 960],
  ])('config %i has frames of %i samples', (config, samples) => {
    expect(packetSamples(Uint8Array.of(config << 3))).toBe(samples)
    expect(packetSamples(Uint8Array.of((config << 3) | 1, 0))).toBe(samples * 2)
  })

  test('code 3 counts its frames in the second byte', () => {
    expect(packetSamples(Uint8Array.of((31 << 3) | 3, 6))).toBe(5760)
  })

  test('an empty packet, no frames and more than 120 ms are no packet', () => {
    expect(packetSamples(new Uint8Array(0))).toBeUndefined()
    expect(packetSamples(Uint8Array.of((31 << 3) | 3))).toBeUndefined()
    expect(packetSamples(Uint8Array.of((31 << 3) | 3, 0))).toBeUndefined()
    expect(packetSamples(Uint8Array.of((31 << 3) | 3, 7))).toBeUndefined()
    expect(packetSamples(Uint8Array.of((3 << 3) | 3, 3))).toBeUndefined()
  })
})

test('the packet that conceals has one frame of the same mode, not longer than asked where the mode allows', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.integer({ min: 480, max: 5760 }), (toc, samples) => {
      const conceal = concealmentToc(toc, samples)
      expect(conceal & 3).toBe(0)
      expect(conceal & 4).toBe(toc & 4)
      expect(modeOf(conceal)).toBe(modeOf(toc))
      expect(frameSamplesOfToc(conceal)).toBeLessThanOrEqual(Math.min(960, samples))
    }),
  )
})

function modeOf(toc: number): string {
  const config = toc >> 3
  return config < 12 ? 'silk' : config < 16 ? 'hybrid' : 'celt'
}
