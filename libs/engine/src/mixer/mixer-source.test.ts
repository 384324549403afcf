import { describe, expect, test } from 'vitest'
import { SLOT_SAMPLES, type PcmBlock } from '../schema/media.ts'
import type { InputStrip } from '../schema/state.ts'
import { MixerSource } from './mixer-source.ts'
import { Strips } from './strips.ts'

const strip = (slot: number, gainDb = 0, muted = false): InputStrip => ({
  slot,
  label: `input ${slot}`,
  gainDb,
  muted,
})
const level = (value: number): Float32Array => new Float32Array(SLOT_SAMPLES).fill(value)
const block = (...inputs: [number, number][]): PcmBlock => ({
  seq: 0,
  inputs: inputs.map(([slot, value]) => ({ slot, pcm: level(value) })),
})

async function last(source: MixerSource): Promise<number> {
  const item = await source.read()
  if (item?.kind !== 'pcm') throw new Error('no sound')
  return item.pcm.at(-1) ?? Number.NaN
}

describe('a mixer', () => {
  test('adds its inputs up, each with its fader', async () => {
    const strips = new Strips()
    const source = new MixerSource(strips, 2)
    strips.set(strip(0))
    strips.set(strip(3, -20))
    source.push(block([0, 0.5], [3, 0.5], [5, 0.9]))
    expect(await last(source)).toBeCloseTo(0.55, 5)
  })

  test('moves a fader without a click: over a whole block', async () => {
    const strips = new Strips()
    const source = new MixerSource(strips, 2)
    strips.set(strip(0))
    source.push(block([0, 0.5]))
    strips.set(strip(0, 0, true))
    source.push(block([0, 0.5]))
    source.push(block([0, 0.5]))
    await source.read()
    const fading = await source.read()
    if (fading?.kind !== 'pcm') throw new Error('no sound')
    const steps = fading.pcm.map((sample, i) => Math.abs(sample - (fading.pcm[i - 1] ?? 0.5)))
    expect(Math.max(...steps)).toBeLessThan(0.001)
    expect(await last(source)).toBe(0)
  })

  test('gives mono of both channels for a voice', async () => {
    const strips = new Strips()
    const source = new MixerSource(strips, 1)
    strips.set(strip(0))
    const pcm = new Float32Array(SLOT_SAMPLES).map((_, i) => (i % 2 === 0 ? 0.6 : 0.2))
    source.push({ seq: 0, inputs: [{ slot: 0, pcm }] })
    const item = await source.read()
    expect(item?.kind === 'pcm' && item.pcm.length).toBe(960)
    expect(item?.kind === 'pcm' && item.pcm[0]).toBeCloseTo(0.4, 5)
  })

  test('waits for the page, keeps at most 300 ms of what it sends at once, and ends when closed', async () => {
    const strips = new Strips()
    const source = new MixerSource(strips, 2)
    strips.set(strip(0))
    const waiting = last(source)
    source.push(block([0, 0.25]))
    expect(await waiting).toBeCloseTo(0.25)
    for (let i = 0; i < 40; i++) source.push(block([0, i / 100]))
    expect(source.dropped).toBe(25)
    expect(await last(source)).toBeCloseTo(0.25)
    for (let i = 0; i < 14; i++) await source.read()
    const over = source.read()
    await source.close()
    expect(await over).toBeUndefined()
    expect(await source.read()).toBeUndefined()
  })

  test('tells its level, clipping and silence', () => {
    const strips = new Strips()
    const source = new MixerSource(strips, 2)
    strips.set(strip(0))
    strips.set(strip(1))
    source.push(block([0, 0.5], [1, 0]))
    expect(source.meter.take()).toEqual({ peakDb: -6, rmsDb: -6, clipping: false, silentMs: 0 })
    source.push(block([0, 0.7], [1, 0.7]))
    expect(source.meter.take().clipping).toBe(true)
    for (let i = 0; i < 50; i++) source.push(block([0, 0.0001]))
    expect(source.meter.take()).toMatchObject({ clipping: true, silentMs: 1000 })
    for (let i = 0; i < 51; i++) source.push(block())
    expect(source.meter.take()).toMatchObject({ clipping: false, silentMs: 2020, peakDb: -100 })
  })
})
