import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWindow } from '../source/byte-window.ts'
import { openBytes } from '../source/open-source.ts'
import { MemoryBytes } from '../testing/memory-bytes.ts'
import { fixture } from '../testing/paths.ts'
import { readItems } from '../testing/read-source.ts'
import { ascii, concat } from '../testing/wav.ts'
import { readFlacMetadata, vorbisTitle } from './flac-metadata.ts'
import { lastFlacSample } from './flac-tail.ts'
import { readId3 } from './id3.ts'
import type { Id3Tag } from './id3.ts'
import { parseMp3Header } from './mp3-frames.ts'
import { cleanTitle } from './text.ts'

function id3(version: 3 | 4, ...frames: Uint8Array[]): Uint8Array {
  const body = concat([...frames, new Uint8Array(20)])
  return concat([ascii('ID3'), Uint8Array.of(version, 0, 0), syncsafe(body.length), body])
}

function syncsafe(value: number): Uint8Array {
  return Uint8Array.of(value >> 21, (value >> 14) & 127, (value >> 7) & 127, value & 127)
}

function textFrame(name: string, ...content: Uint8Array[]): Uint8Array {
  const body = concat(content)
  return concat([ascii(name), syncsafe(body.length), new Uint8Array(2), body])
}

function read(bytes: Uint8Array): Promise<Id3Tag> {
  return readId3(new ByteWindow(new MemoryBytes(bytes)))
}

describe('readId3', () => {
  test.each([
    ['latin 1', Uint8Array.of(0, 0x4d, 0xfc, 0x6c, 0x6c)],
    ['UTF-16 with a little-endian mark', Uint8Array.of(1, 0xff, 0xfe, 0x4d, 0, 0xfc, 0, 0x6c, 0, 0x6c, 0)],
    ['UTF-16 with a big-endian mark', Uint8Array.of(1, 0xfe, 0xff, 0, 0x4d, 0, 0xfc, 0, 0x6c, 0, 0x6c)],
    ['UTF-16 big-endian', Uint8Array.of(2, 0, 0x4d, 0, 0xfc, 0, 0x6c, 0, 0x6c)],
    ['UTF-8', concat([Uint8Array.of(3), new TextEncoder().encode('Müll')])],
  ])('reads a title in %s', async (_, content) => {
    const tag = id3(4, textFrame('TPE1', ascii('\0Ann')), textFrame('TIT2', content))
    expect(await read(tag)).toEqual({ endOffset: tag.length, title: 'Müll' })
  })

  test('steps over several tags and takes the first title', async () => {
    const tags = concat([
      id3(3),
      id3(3, textFrame('TIT2', ascii('\0One'))),
      id3(3, textFrame('TIT2', ascii('\0Two'))),
    ])
    expect(await read(concat([tags, ascii('fLaC')]))).toEqual({ endOffset: tags.length, title: 'One' })
  })

  test('any bytes after the mark end in an offset', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { endOffset } = await read(concat([ascii('ID3'), bytes]))
        expect(endOffset).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('FLAC behind a tag is played as FLAC', async () => {
    const flac = new Uint8Array(await readFile(fixture('first-light-44100.flac')))
    const source = await openBytes(new MemoryBytes(concat([id3(3), flac])), { profile: 'music' })
    expect((await readItems(source)).length).toBe(115)
  })
})

describe('a FLAC file', () => {
  test('describes itself', async () => {
    const bytes = new MemoryBytes(new Uint8Array(await readFile(fixture('first-light-44100.flac'))))
    expect(await readFlacMetadata(bytes, 0)).toMatchObject({
      sampleRate: 44_100,
      channels: 2,
      bitsPerSample: 16,
      totalSamples: 101_430,
      title: 'Fixture',
    })
  })

  test('is known to be whole, or to end in the frame it was cut in', async () => {
    const content = new Uint8Array(await readFile(fixture('first-light-44100.flac')))
    const metadata = await readFlacMetadata(new MemoryBytes(content), 0)
    const reached = (size: number): Promise<number | undefined> =>
      lastFlacSample(new MemoryBytes(content.subarray(0, size)), metadata)
    expect(await reached(content.length)).toBe(101_430)
    expect(await reached(content.length - 1)).toBe(101_430 - (101_430 % 4608))
    expect(await reached(Math.floor(content.length / 2))).toBeLessThan(70_000)
    expect(await reached(metadata.audioOffset)).toBeUndefined()
  })

  test('with a tag behind it is whole', async () => {
    const content = new Uint8Array(await readFile(fixture('first-light-44100.flac')))
    const tagged = concat([content, ascii('TAG'), new Uint8Array(125)])
    const metadata = await readFlacMetadata(new MemoryBytes(tagged), 0)
    expect(await lastFlacSample(new MemoryBytes(tagged), metadata)).toBe(101_430)
  })
})

describe('parseMp3Header', () => {
  test.each([
    ['MPEG 1 layer III, 128 kbit/s, 44.1 kHz', [0xff, 0xfb, 0x90, 0x00], 44_100, 2, 417, 1152],
    ['with padding', [0xff, 0xfb, 0x92, 0x00], 44_100, 2, 418, 1152],
    ['MPEG 2 layer III, 64 kbit/s, 22.05 kHz, mono', [0xff, 0xf3, 0x80, 0xc0], 22_050, 1, 208, 576],
    ['MPEG 1 layer II, 192 kbit/s, 48 kHz', [0xff, 0xfd, 0xa4, 0x00], 48_000, 2, 576, 1152],
  ])('%s', (_, bytes, sampleRate, channels, frameBytes, frameSamples) => {
    const header = parseMp3Header(Uint8Array.from(bytes))
    expect(header).toMatchObject({ sampleRate, channels, frameBytes, frameSamples })
  })

  test('no bytes make a frame without length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        bytes[0] = 0xff
        const header = parseMp3Header(bytes)
        if (header !== undefined) expect(header.frameBytes).toBeGreaterThan(20)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('titles', () => {
  test('become one line of bounded length', () => {
    expect(cleanTitle(ascii('  two\r\nlines\u001b[31m\0'))).toBe('two lines [31m')
    expect(cleanTitle(ascii('x'.repeat(5000)))?.length).toBe(200)
    expect(cleanTitle(ascii(' \0 '))).toBeUndefined()
  })

  test('any Vorbis comment is read to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const title = vorbisTitle(bytes)
        expect(title === undefined || title.length <= 200).toBe(true)
      }),
    )
  })
})
