import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../source/play-order.ts'
import { crossCorrelation, fft, powerOfTwo } from './fft.ts'

describe('fft', () => {
  test('agrees with the definition', () => {
    const random = seededRandom(1)
    const re = Float64Array.from({ length: 32 }, random)
    const im = Float64Array.from({ length: 32 }, random)
    const expected = slowTransform(re, im)
    fft(re, im)
    expected.forEach(([r, i], k) => {
      expect(re[k]).toBeCloseTo(r, 9)
      expect(im[k]).toBeCloseTo(i, 9)
    })
  })
})

test('crossCorrelation agrees with the sum of products at every lag', () => {
  const samples = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      const products = crossCorrelation(Float32Array.from(a), Float32Array.from(b))
      for (let lag = 1 - a.length; lag < b.length; lag++) {
        const expected = a.reduce((sum, value, i) => sum + value * (b[i + lag] ?? 0), 0)
        expect(products[lag < 0 ? products.length + lag : lag]).toBeCloseTo(expected, 6)
      }
    }),
  )
})

test('powerOfTwo rounds up', () => {
  expect([1, 2, 3, 1024, 1025].map(powerOfTwo)).toEqual([2, 2, 4, 1024, 2048])
})

function slowTransform(re: Float64Array, im: Float64Array): [number, number][] {
  const n = re.length
  return Array.from({ length: n }, (_, k) => {
    let r = 0
    let i = 0
    for (let t = 0; t < n; t++) {
      const angle = (-2 * Math.PI * k * t) / n
      r += (re[t] ?? 0) * Math.cos(angle) - (im[t] ?? 0) * Math.sin(angle)
      i += (re[t] ?? 0) * Math.sin(angle) + (im[t] ?? 0) * Math.cos(angle)
    }
    return [r, i]
  })
}
