import { Encoder } from '@evan/opus'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FRAME_SAMPLES } from '../format.ts'
import type { Channels } from '../format.ts'
import { glide, likeness } from '../testing/signals.ts'
import { OpusDecoder } from './decoder.ts'
import { OpusEncoder } from './encoder.ts'
import { packetSamples } from './packet.ts'

/** libopus' look-ahead: what comes out is so much later than what went in. */
const DELAY_SAMPLES = 312

function frames(pcm: Float32Array, channels: Channels): Float32Array[] {
  const length = FRAME_SAMPLES * channels
  return Array.from({ length: pcm.length / length }, (_, i) => pcm.subarray(i * length, (i + 1) * length))
}

function join(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

function channel(pcm: Float32Array, channels: Channels, index: number): Float32Array {
  return pcm.filter((_, i) => i % channels === index)
}

function encodeAll(encoder: OpusEncoder, pcm: Float32Array): Uint8Array[] {
  return frames(pcm, encoder.channels).map((frame) => encoder.encode(frame))
}

describe('OpusEncoder', () => {
  test('music is stereo at 96 kbit/s, voice mono at 32, unless told otherwise', () => {
    const settings = (encoder: OpusEncoder): number[] => [encoder.channels, encoder.bitrate]
    expect(settings(new OpusEncoder({ profile: 'music' }))).toEqual([2, 96_000])
    expect(settings(new OpusEncoder({ profile: 'voice' }))).toEqual([1, 32_000])
    expect(settings(new OpusEncoder({ profile: 'voice', channels: 2, bitrate: 24_000 }))).toEqual([2, 24_000])
  })

  test('one call makes one 20 ms packet in memory of its own, about as large as the bitrate says', () => {
    const packets = encodeAll(new OpusEncoder({ profile: 'music' }), glide(48_000))
    const before = packets.map((packet) => packet.slice())
    expect(packets.every((packet) => packetSamples(packet) === FRAME_SAMPLES)).toBe(true)
    expect(packets).toEqual(before)
    const bitsPerSecond = packets.reduce((sum, packet) => sum + packet.length * 8, 0)
    expect(bitsPerSecond).toBeGreaterThan(60_000)
    expect(bitsPerSecond).toBeLessThan(130_000)
  })

  test('a frame of another length is refused with its code', () => {
    const encoder = new OpusEncoder({ profile: 'music' })
    expect(() => encoder.encode(new Float32Array(960))).toThrow(
      expect.objectContaining({ code: 'BAD_FRAME_SIZE' }),
    )
  })

  test('samples beyond full scale and samples that are no numbers are encoded as something audible', () => {
    const encoder = new OpusEncoder({ profile: 'voice' })
    const decoder = new OpusDecoder({ channels: 1 })
    const wild = Float32Array.from({ length: 960 }, (_, i) =>
      i % 3 === 0 ? NaN : i % 2 === 0 ? 9 : -Infinity,
    )
    const heard = decoder.decode(encoder.encode(wild))
    expect(heard.every((sample) => Math.abs(sample) <= 1)).toBe(true)
  })
})

describe('OpusDecoder', () => {
  test.each([1, 2] as const)('gives back what was encoded, %i channel(s)', (channels) => {
    const source = glide(48_000, channels)
    const decoder = new OpusDecoder({ channels })
    const packets = encodeAll(new OpusEncoder({ profile: 'music', channels, bitrate: 96_000 }), source)
    const heard = join(packets.map((packet) => decoder.decode(packet).slice()))
    for (let c = 0; c < channels; c++) {
      const late = channel(heard, channels, c).subarray(4800 + DELAY_SAMPLES)
      expect(likeness(late, channel(source, channels, c).subarray(4800, 4800 + late.length))).toBeGreaterThan(
        0.99,
      )
    }
  })

  test('a mono packet fills both channels of a stereo output', () => {
    const decoder = new OpusDecoder({ channels: 2 })
    const packets = encodeAll(new OpusEncoder({ profile: 'voice' }), glide(9600, 1))
    const heard = join(packets.map((packet) => decoder.decode(packet).slice()))
    expect(heard.length).toBe(9600 * 2)
    expect(channel(heard, 2, 0)).toEqual(channel(heard, 2, 1))
    expect(Math.max(...heard)).toBeGreaterThan(0.1)
  })

  test.each([120, 240, 480, 960, 1920, 2880, 5760])('decodes packets of %i samples', (samples) => {
    const encoder = new Encoder({ channels: 2, sample_rate: 48_000, application: 'audio' })
    const packet = encoder.encode(new Int16Array(samples * 2).fill(1000))
    const decoder = new OpusDecoder({ channels: 2 })
    expect(decoder.decode(packet).length).toBe(samples * 2)
    expect(decoder.corruptPackets).toBe(0)
    expect(decoder.conceal(samples).length).toBe(samples * 2)
  })

  test('conceals a lost frame far better than silence would', () => {
    const packets = encodeAll(new OpusEncoder({ profile: 'music' }), steady(38_400))
    const whole = new OpusDecoder({ channels: 2 })
    const lossy = new OpusDecoder({ channels: 2 })
    let error = 0
    let energy = 0
    packets.forEach((packet, n) => {
      const expected = whole.decode(packet)
      const heard = n === 30 ? lossy.conceal(FRAME_SAMPLES) : lossy.decode(packet)
      if (n !== 30) return
      expected.forEach((sample, i) => {
        energy += sample ** 2
        error += (sample - (heard[i] ?? 0)) ** 2
      })
    })
    expect(10 * Math.log10(energy / error)).toBeGreaterThan(10)
  })

  test('concealment fades out instead of sounding on', () => {
    const decoder = new OpusDecoder({ channels: 2 })
    for (const packet of encodeAll(new OpusEncoder({ profile: 'music' }), steady(38_400)))
      decoder.decode(packet)
    const powers = Array.from({ length: 50 }, () => power(decoder.conceal(FRAME_SAMPLES)))
    expect(powers[0]).toBeGreaterThan(0.01)
    expect(powers.at(-1)).toBeLessThan((powers[0] ?? 0) / 100)
  })

  test('before the first packet, and after a reset, concealment is silence', () => {
    const decoder = new OpusDecoder({ channels: 1 })
    expect(decoder.conceal(960)).toEqual(new Float32Array(960))
    for (const packet of encodeAll(new OpusEncoder({ profile: 'voice' }), glide(9600, 1)))
      decoder.decode(packet)
    expect(power(decoder.conceal(960))).toBeGreaterThan(0)
    decoder.reset()
    expect(decoder.conceal(960)).toEqual(new Float32Array(960))
  })

  test('any length up to 120 ms can be concealed in any mode', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('voice', 'music'),
        fc.integer({ min: 0, max: 5760 }),
        (profile, samples) => {
          const decoder = new OpusDecoder({ channels: 2 })
          const encoder = new OpusEncoder({ profile, channels: 2 })
          decoder.decode(encoder.encode(glide(960)))
          expect(decoder.conceal(samples).length).toBe(samples * 2)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('no bytes make it throw: what is no packet is concealed and counted', () => {
    const decoder = new OpusDecoder({ channels: 2 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
        const before = decoder.corruptPackets
        const heard = decoder.decode(bytes)
        expect(heard.every((sample) => Math.abs(sample) <= 1)).toBe(true)
        const samples = packetSamples(bytes)
        if (samples === undefined) expect(decoder.corruptPackets).toBe(before + 1)
        else expect(heard.length).toBe(samples * 2)
      }),
      { numRuns: 500 },
    )
  })
})

function steady(samples: number): Float32Array {
  return Float32Array.from(
    { length: samples * 2 },
    (_, i) => (i % 2 === 0 ? 0.4 : 0.2) * Math.sin((i >> 1) * 0.05),
  )
}

function power(pcm: Float32Array): number {
  return pcm.reduce((sum, sample) => sum + sample ** 2, 0) / pcm.length
}
