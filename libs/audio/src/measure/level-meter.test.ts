import { expect, test } from 'vitest'
import { OpusEncoder } from '../opus/encoder.ts'
import { signal } from '../testing/signals.ts'
import { LevelMeter, SILENCE_DB } from './level-meter.ts'

const sine = (amplitude: number, samples = 960): Float32Array =>
  signal(
    samples,
    2,
    (i, channel) => (channel === 0 ? amplitude : amplitude / 10) * Math.sin((2 * Math.PI * 500 * i) / 48_000),
  )

test('a sine has its amplitude as peak and 3 dB less as RMS, each channel its own', () => {
  const meter = new LevelMeter(2)
  for (let n = 0; n < 10; n++) meter.add({ kind: 'pcm', pcm: sine(0.5) })
  expect(meter.take()).toEqual({ peakDb: [-6, -26], rmsDb: [-9, -29] })
})

test('silence has the bottom of the scale, and nothing has no level', () => {
  const meter = new LevelMeter(1)
  expect(meter.take()).toBeNull()
  meter.add({ kind: 'pcm', pcm: new Float32Array(960) })
  expect(meter.take()).toEqual({ peakDb: [SILENCE_DB], rmsDb: [SILENCE_DB] })
  expect(meter.take()).toBeNull()
})

test('what is beyond full scale is shown as beyond', () => {
  const meter = new LevelMeter(1)
  meter.add({ kind: 'pcm', pcm: new Float32Array(960).fill(-2) })
  expect(meter.take()?.peakDb).toEqual([6])
})

test('packets that pass through are measured as they will sound', () => {
  const [meter, encoder] = [new LevelMeter(2), new OpusEncoder({ profile: 'music' })]
  const pcm = sine(0.5, 960 * 20)
  for (let n = 0; n < 20; n++) {
    const packet = encoder.encode(pcm.subarray(n * 1920, (n + 1) * 1920))
    meter.add({ kind: 'opus', packet, samples: 960 })
  }
  const [left, right] = meter.take()?.rmsDb ?? []
  expect(left).toBeCloseTo(-9, 0)
  expect(right).toBeCloseTo(-29, 0)
})
