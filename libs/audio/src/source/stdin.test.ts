import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPcm } from '../testing/read-source.ts'
import { glide, likeness } from '../testing/signals.ts'
import { openStdin } from './stdin.ts'
import type { StandardInput } from './stdin.ts'
import type { PcmEncoding } from './pcm-samples.ts'

const PCM = { format: 's16le', sampleRate: 48_000, channels: 2 }
const from = (pipe: PassThrough): StandardInput => ({ isTerminal: () => false, open: () => pipe })
const MUSIC = { profile: 'music' } as const

const WRITERS: Record<PcmEncoding, (view: DataView, at: number, sample: number) => number> = {
  u8: (view, at, sample) => (view.setUint8(at, Math.round(sample * 127) + 128), 1),
  s8: (view, at, sample) => (view.setInt8(at, Math.round(sample * 127)), 1),
  s16le: (view, at, sample) => (view.setInt16(at, sample * 32767, true), 2),
  s16be: (view, at, sample) => (view.setInt16(at, sample * 32767), 2),
  s24le: (view, at, sample) => {
    const value = Math.round(sample * 8_388_607)
    view.setUint16(at, value & 0xffff, true)
    view.setInt8(at + 2, value >> 16)
    return 3
  },
  s24be: (view, at, sample) => {
    const value = Math.round(sample * 8_388_607)
    view.setInt8(at, value >> 16)
    view.setUint16(at + 1, value & 0xffff)
    return 3
  },
  s32le: (view, at, sample) => (view.setInt32(at, sample * 2_147_483_647, true), 4),
  s32be: (view, at, sample) => (view.setInt32(at, sample * 2_147_483_647), 4),
  f32le: (view, at, sample) => (view.setFloat32(at, sample, true), 4),
  f32be: (view, at, sample) => (view.setFloat32(at, sample), 4),
  f64le: (view, at, sample) => (view.setFloat64(at, sample, true), 8),
  f64be: (view, at, sample) => (view.setFloat64(at, sample), 8),
}

function bytesOf(pcm: Float32Array, encoding: PcmEncoding): Uint8Array {
  const bytes = new Uint8Array(pcm.length * 8)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const sample of pcm) at += WRITERS[encoding](view, at, sample)
  return bytes.subarray(0, at)
}

describe('bare PCM from a pipe', () => {
  test.each(Object.keys(WRITERS).filter((name): name is PcmEncoding => name in WRITERS))(
    '%s is read as it is',
    async (format) => {
      const pcm = glide(1920)
      const pipe = new PassThrough()
      pipe.end(bytesOf(pcm, format))
      const heard = await readPcm(await openStdin({ ...PCM, format }, MUSIC, from(pipe)))
      expect(heard.length).toBe(pcm.length)
      expect(likeness(heard, pcm)).toBeGreaterThan(0.9998)
    },
  )

  test('comes whole, however the pipe cuts it', async () => {
    const pcm = glide(1920)
    const bytes = bytesOf(pcm, 's16le')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), async (cuts) => {
        const pipe = new PassThrough({ highWaterMark: 1 << 20 })
        let at = 0
        for (let n = 0; at < bytes.length; n++) {
          const length = cuts[n % cuts.length] ?? 1
          pipe.write(bytes.subarray(at, at + length))
          at += length
        }
        pipe.end()
        const heard = await readPcm(await openStdin(PCM, MUSIC, from(pipe)))
        expect(likeness(heard, pcm)).toBeGreaterThan(0.9999)
      }),
      { numRuns: 30 },
    )
  })

  test('of another rate and one channel lasts as long as before', async () => {
    const pipe = new PassThrough()
    pipe.end(bytesOf(glide(44_100, 1), 's16le'))
    const source = await openStdin({ format: 's16le', sampleRate: 44_100, channels: 1 }, MUSIC, from(pipe))
    expect((await readPcm(source)).length).toBe(48_000 * 2)
  })

  test('is not read ahead of what is asked for', async () => {
    const pipe = new PassThrough({ highWaterMark: 16_384 })
    const source = await openStdin(PCM, MUSIC, from(pipe))
    const second = bytesOf(glide(48_000), 's16le')
    let accepted = 0
    while (pipe.write(second.subarray(accepted, accepted + 4096))) accepted += 4096
    await source.read()
    expect(accepted).toBeLessThan(32_768)
    await source.close()
  })

  test('that waits is left at once', async () => {
    const source = await openStdin(PCM, MUSIC, from(new PassThrough()))
    const reading = source.read()
    await source.close()
    expect(await reading).toBeUndefined()
  })

  test('that ends without a sample is told', async () => {
    const pipe = new PassThrough()
    pipe.end()
    await expect((await openStdin(PCM, MUSIC, from(pipe))).read()).rejects.toMatchObject({
      code: 'INPUT_EMPTY',
    })
  })

  test('is made louder by --gain', async () => {
    const pipe = new PassThrough()
    pipe.end(bytesOf(new Float32Array(1920).fill(0.1), 'f32le'))
    const source = await openStdin({ ...PCM, format: 'f32le' }, { ...MUSIC, gainDb: 6 }, from(pipe))
    expect((await readPcm(source))[0]).toBeCloseTo(0.1995, 3)
  })
})

test('a terminal is no input, and an example of one is given', async () => {
  const terminal = { ...from(new PassThrough()), isTerminal: () => true }
  await expect(openStdin(PCM, MUSIC, terminal)).rejects.toMatchObject({ code: 'STDIN_IS_TERMINAL' })
})
