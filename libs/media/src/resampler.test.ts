import { describe, expect, test } from 'vitest'
import { PcmQueue } from './pcm-queue.ts'
import { Resampler } from './resampler.ts'

/** Pulls `blocks` of 480 samples out of a sine of `hz`, at the ratio that `ratioAt` gives for each. */
function resampled(
  hz: number,
  blocks: number,
  ratioAt: (block: number) => number,
  channels = 1,
): Float32Array {
  const queue = new PcmQueue(channels)
  const resampler = new Resampler(queue)
  const out = new Float32Array(blocks * 480 * channels)
  let written = 0
  for (let block = 0; block < blocks; block++) {
    const ratio = ratioAt(block)
    while (queue.available < resampler.needed(480, ratio)) {
      const pcm = new Float32Array(960 * channels)
      for (let i = 0; i < 960; i++) {
        for (let c = 0; c < channels; c++) pcm[i * channels + c] = sine(hz, written + i) * (c + 1)
      }
      queue.write(pcm, 960)
      written += 960
    }
    resampler.read(out.subarray(block * 480 * channels, (block + 1) * 480 * channels), 480, ratio)
  }
  return out
}

function sine(hz: number, at: number): number {
  return 0.4 * Math.sin((2 * Math.PI * hz * at) / 48_000)
}

function snrDb(out: Float32Array, wanted: (i: number) => number, from: number): number {
  let signal = 0
  let noise = 0
  for (let i = from; i < out.length; i++) {
    const value = wanted(i)
    signal += value * value
    noise += (value - (out[i] ?? 0)) ** 2
  }
  return 10 * Math.log10(signal / noise)
}

describe('resampling', () => {
  test('at ratio 1 is a copy, bit for bit', () => {
    const out = resampled(997, 100, () => 1)
    expect(out.every((value, i) => value === Math.fround(sine(997, i)))).toBe(true)
  })

  test.each([
    [1.005, 1000],
    [0.995, 1000],
    [1.0003, 10_000],
    [0.9971, 15_000],
  ])('at ratio %f a tone of %i Hz keeps at least 80 dB over the error', (ratio, hz) => {
    expect(
      snrDb(
        resampled(hz, 200, () => ratio),
        (i) => sine(hz, i * ratio),
        480,
      ),
    ).toBeGreaterThan(80)
  })

  test('keeps channels apart', () => {
    const out = resampled(1000, 50, () => 1.002, 2)
    expect(out.every((value, i) => i % 2 === 0 || Math.abs(value - 2 * (out[i - 1] ?? 0)) < 1e-6)).toBe(true)
  })

  test.each([1.004, 0.996])(
    'leaving ratio %f, it finds a whole sample within 0.1 s and copies again',
    (ratio) => {
      const out = resampled(1000, 100, (block) => (block >= 20 && block < 50 ? ratio : 1))
      const source = new Set<number>()
      for (let i = 0; i < 50_000; i++) source.add(Math.fround(sine(1000, i)))
      expect(out.subarray(60 * 480).every((value) => source.has(value))).toBe(true)
      for (let i = 1; i < out.length; i++) {
        expect(Math.abs((out[i] ?? 0) - (out[i - 1] ?? 0))).toBeLessThan(0.0526)
      }
    },
  )
})

describe('the queue', () => {
  test('grows for a pull larger than its storage', () => {
    const queue = new PcmQueue(2)
    queue.write(new Float32Array(200_000).fill(0.5), 100_000)
    expect(queue.available).toBe(100_000)
    expect(queue.data[(queue.position + 99_999) * 2]).toBe(0.5)
  })

  test('pads what a decoder returned too short, and cuts what is too long', () => {
    const queue = new PcmQueue(1)
    queue.write(new Float32Array(10).fill(1), 20)
    queue.write(new Float32Array(30).fill(1), 5)
    const sound = [...queue.data.subarray(queue.position, queue.position + queue.available)]
    expect(sound).toEqual([...new Array<number>(10).fill(1), ...new Array<number>(10).fill(0), 1, 1, 1, 1, 1])
  })
})
