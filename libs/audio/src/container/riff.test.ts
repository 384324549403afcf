import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AudioError } from '../error.ts'
import { MemoryBytes } from '../testing/memory-bytes.ts'
import { ascii, buildWav, chunk, concat } from '../testing/wav.ts'
import type { WavOptions } from '../testing/wav.ts'
import { parseWav } from './riff.ts'
import type { WavLayout } from './riff.ts'

const PCM = new Float32Array(200).fill(0.25)

function parse(options: WavOptions, cutTo?: number): Promise<WavLayout> {
  return parseWav(new MemoryBytes(buildWav(PCM, options).subarray(0, cutTo)))
}

describe('parseWav', () => {
  test('reads the format and finds the data', async () => {
    expect(await parse({ sampleRate: 44_100, channels: 1, encoding: 'pcm24' })).toEqual({
      encoding: 'pcm24',
      sampleRate: 44_100,
      channels: 1,
      bytesPerFrame: 3,
      dataOffset: 44,
      dataBytes: 600,
    })
  })

  test('WAVE_FORMAT_EXTENSIBLE is what its sub-format says', async () => {
    expect(await parse({ extensible: true, encoding: 'float32' })).toMatchObject({ encoding: 'float32' })
    expect(await parse({ extensible: true, encoding: 'pcm16' })).toMatchObject({ encoding: 'pcm16' })
  })

  test('steps over unknown chunks, also of odd length, and takes the title from INFO', async () => {
    const info = chunk(
      'LIST',
      concat([ascii('INFO'), chunk('IART', ascii('Ann')), chunk('INAM', ascii('Dawn\0'))]),
    )
    const layout = await parse({ extraChunks: [chunk('junk', new Uint8Array(7)), info] })
    expect(layout).toMatchObject({ title: 'Dawn', dataBytes: 400 })
  })

  test('a writer that did not know the length means "to the end of the file"', async () => {
    for (const announcedBytes of [0, 0xffff_ffff]) {
      const layout = await parse({ announcedBytes })
      expect(layout.dataBytes).toBe(400)
      expect(layout.announcedBytes).toBeUndefined()
    }
  })

  test('data that is cut off is told with what was announced', async () => {
    expect(await parse({ announcedBytes: 9000 })).toMatchObject({ dataBytes: 400, announcedBytes: 9000 })
  })

  test('half a frame at the end is no audio', async () => {
    expect(await parse({}, 44 + 399)).toMatchObject({ dataBytes: 396 })
  })

  test('RF64 takes the size of the data from its ds64 chunk', async () => {
    const ds64 = new Uint8Array(28)
    new DataView(ds64.buffer).setBigUint64(8, 200n, true)
    const layout = await parse({ announcedBytes: 0xffff_ffff, extraChunks: [chunk('ds64', ds64)] })
    expect(layout.dataBytes).toBe(200)
  })

  test.each([
    ['an unknown encoding', 20, 7],
    ['nine channels', 22, 9],
    ['no channels', 22, 0],
    ['12 bits', 34, 12],
    ['a rate of almost nothing', 24, 100],
    ['a rate of millions', 26, 9],
  ])('%s is not supported', async (_, at, value) => {
    const bytes = buildWav(PCM)
    new DataView(bytes.buffer).setUint16(at, value, true)
    await expect(parseWav(new MemoryBytes(bytes))).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
  })

  test('a WAV without samples is empty', async () => {
    const empty = buildWav(new Float32Array(0))
    await expect(parseWav(new MemoryBytes(empty))).rejects.toMatchObject({ code: 'FILE_EMPTY' })
  })

  test('mutated bytes give a layout within the file or an AudioError', async () => {
    const original = buildWav(PCM, {
      extraChunks: [chunk('LIST', concat([ascii('INFO'), chunk('INAM', ascii('x'))]))],
    })
    const mutation = fc.tuple(fc.nat(90), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        fc.nat(500),
        async (changes, cut) => {
          const bytes = original.slice(0, Math.max(12, original.length - cut))
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          const memory = new MemoryBytes(bytes)
          try {
            const layout = await parseWav(memory)
            expect(layout.dataOffset + layout.dataBytes).toBeLessThanOrEqual(bytes.length)
            expect(layout.dataBytes % layout.bytesPerFrame).toBe(0)
          } catch (error) {
            expect(error).toBeInstanceOf(AudioError)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
