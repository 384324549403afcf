import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OggOpusReader } from '../container/ogg-reader.ts'
import { OggOpusWriter } from '../container/ogg-opus-writer.ts'
import { buildOggPage } from '../container/ogg-page.ts'
import { buildOpusHead, buildOpusTags } from '../container/opus-header.ts'
import { AudioError } from '../error.ts'
import { correlate } from '../measure/correlate.ts'
import { decodeFile } from '../measure/decode-file.ts'
import { OpusEncoder } from '../opus/encoder.ts'
import { MemoryBytes } from '../testing/memory-bytes.ts'
import { FIXTURE_FROM_SAMPLE, FIXTURE_S, fixture, SAMPLE } from '../testing/paths.ts'
import { readItems, readPcm } from '../testing/read-source.ts'
import { glide, peak } from '../testing/signals.ts'
import { seededRandom } from './play-order.ts'
import { concat } from '../testing/wav.ts'
import { openBytes, openSource } from './open-source.ts'
import type { AudioSource, OpenSourceOptions } from './source.ts'

const MUSIC: OpenSourceOptions = { profile: 'music' }
const BLOCKS = Math.ceil(FIXTURE_S * 50)

async function fixtureBytes(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(fixture(name)))
}

function openMemory(content: Uint8Array, options: OpenSourceOptions = MUSIC): Promise<AudioSource> {
  return openBytes(new MemoryBytes(content), options)
}

describe.each([
  ['first-light-44100.mp3', {}],
  ['first-light-44100.flac', {}],
  ['first-light.opus', { maxPacketBytes: 0 }],
])('%s', (name, extra) => {
  const options = { ...MUSIC, ...extra }

  test('is decoded to the piece of the sample that it was made of, at the right place', async () => {
    const heard = await readPcm(await openSource(fixture(name), options))
    expect(heard.length / 1920).toBe(BLOCKS)
    const sample = await decodeFile(SAMPLE)
    const found = correlate(heard, sample.pcm, 2, { looped: false })
    expect(found.correlation).toBeGreaterThan(0.99)
    expect(
      Math.abs(found.offsetSamples - found.leadingSilenceSamples - FIXTURE_FROM_SAMPLE),
    ).toBeLessThanOrEqual(1)
  })

  test('loops: three rounds last three times as long and are alike', async () => {
    const heard = await readPcm(await openSource(fixture(name), { ...options, loop: true }), BLOCKS * 3)
    const round = Math.round(FIXTURE_S * 48_000) * 2
    const [first, third] = [
      heard.subarray(9600, round - 9600),
      heard.subarray(round * 2 + 9600, round * 3 - 9600),
    ]
    const found = correlate(third, first, 2, { looped: false })
    expect(found.correlation).toBeGreaterThan(0.999)
    expect(Math.abs(found.offsetSamples - found.leadingSilenceSamples)).toBeLessThanOrEqual(1)
  })

  test('is read in small pieces and closed', async () => {
    const memory = new MemoryBytes(await fixtureBytes(name))
    const source = await openBytes(memory, options)
    expect(source.title).toBe('Fixture')
    await readItems(source)
    expect(memory.longestRead).toBeLessThanOrEqual(128 * 1024)
    expect(memory.closed).toBe(true)
  })

  test('may be closed in the middle of a read, and twice, and gives nothing afterwards', async () => {
    const source = await openSource(fixture(name), { ...options, loop: true })
    for (let n = 0; n < 10; n++) await source.read()
    const reading = source.read()
    await source.close()
    await source.close()
    expect((await reading)?.kind).toBe('pcm')
    expect(await source.read()).toBeUndefined()
  })

  test('damaged anywhere gives sound or an AudioError, quietly', async () => {
    const original = await fixtureBytes(name)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        async (seed, changes, inHead) => {
          const random = seededRandom(seed)
          const bytes = original.slice(0, 20_000)
          const span = inHead ? 500 : bytes.length
          for (let i = 0; i < changes; i++) bytes[Math.floor(random() * span)] = Math.floor(random() * 256)
          try {
            await readItems(await openMemory(bytes, { ...options, allowTruncated: true }), 60)
          } catch (error) {
            expect(error).toBeInstanceOf(AudioError)
          }
        },
      ),
      { numRuns: 8 },
    )
  })
})

test('junk before, between and after MP3 frames is stepped over', async () => {
  const frames = await fixtureBytes('first-light-44100.mp3')
  const random = seededRandom(3)
  const junk = Uint8Array.from({ length: 3000 }, () => Math.floor(random() * 255))
  const heard = await readPcm(await openMemory(concat([junk, frames, junk])))
  const clean = await readPcm(await openMemory(frames))
  expect(heard).toEqual(clean)
})

describe('Ogg Opus passes through', () => {
  async function packetsOf(content: Uint8Array): Promise<Uint8Array[]> {
    const reader = new OggOpusReader(new MemoryBytes(content))
    const packets: Uint8Array[] = []
    for (let next = await reader.next(); next !== undefined; next = await reader.next())
      packets.push(next.packet)
    return packets.slice(2)
  }

  test('bit for bit, with the duration of each packet', async () => {
    const content = await fixtureBytes('first-light.opus')
    const source = await openMemory(content)
    expect(source).toMatchObject({ channels: 2, title: 'Fixture' })
    const items = await readItems(source)
    const expected = await packetsOf(content)
    expect(items).toEqual(expected.map((packet) => ({ kind: 'opus', packet, samples: 960 })))
  })

  test('round after round in a loop', async () => {
    const content = await fixtureBytes('first-light.opus')
    const packets = await packetsOf(content)
    const items = await readItems(await openMemory(content, { ...MUSIC, loop: true }), packets.length * 2 + 3)
    const again = items.map((item) => (item.kind === 'opus' ? item.packet : undefined))
    expect(again).toEqual([...packets, ...packets, ...packets.slice(0, 3)])
  })

  test('not when a packet is longer than the limit: then it is decoded', async () => {
    const content = await fixtureBytes('first-light.opus')
    const longest = Math.max(...(await packetsOf(content)).map((packet) => packet.length))
    const fits = await openMemory(content, { ...MUSIC, maxPacketBytes: longest })
    expect((await readItems(fits, 1))[0]?.kind).toBe('opus')
    const tooLong = await openMemory(content, { ...MUSIC, maxPacketBytes: longest - 1 })
    expect((await readItems(tooLong, 1))[0]?.kind).toBe('pcm')
  })

  test('not when its header asks for a gain: then it is decoded and made so loud', async () => {
    const head = buildOpusHead(2, 312)
    new DataView(head.buffer).setInt16(16, -6 * 256, true)
    const louder = await readPcm(
      await openMemory(opusFile(buildOpusHead(2, 312)), { ...MUSIC, maxPacketBytes: 0 }),
    )
    const softer = await readPcm(await openMemory(opusFile(head)))
    expect(peak(softer) / peak(louder)).toBeCloseTo(10 ** (-6 / 20), 3)
  })

  test('surround is refused', async () => {
    const head = concat([buildOpusHead(2, 312), new Uint8Array(8)])
    head[9] = 6
    head[18] = 1
    await expect(openMemory(opusFile(head))).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
  })

  test('pre-skip and end trimming make the decoded length exact', async () => {
    const writer = new OggOpusWriter({ channels: 2, serial: 1 })
    const pages = [writer.headers()]
    for (const packet of encoded()) {
      const page = writer.add(packet, 960)
      if (page !== undefined) pages.push(page)
    }
    pages.push(writer.end(500))
    const heard = await readPcm(await openMemory(concat(pages), { ...MUSIC, maxPacketBytes: 0 }))
    const samples = 100 * 960 - 312 - 500
    expect(heard.length / 2).toBe(Math.ceil(samples / 960) * 960)
    expect(heard.subarray(samples * 2).every((sample) => sample === 0)).toBe(true)
    expect(heard.subarray(samples * 2 - 200, samples * 2).some((sample) => sample !== 0)).toBe(true)
    const found = correlate(heard, glide(96_000), 2, { looped: false })
    expect(found.offsetSamples).toBe(found.leadingSilenceSamples)
  })

  function encoded(): Uint8Array[] {
    const encoder = new OpusEncoder(MUSIC)
    const pcm = glide(96_000)
    return Array.from({ length: 100 }, (_, i) => encoder.encode(pcm.subarray(i * 1920, (i + 1) * 1920)))
  }

  function opusFile(head: Uint8Array): Uint8Array {
    const packets = encoded().slice(0, 20)
    return concat([
      buildOggPage({ granule: 0, serial: 5, sequence: 0, beginsStream: true }, [head]),
      buildOggPage({ granule: 0, serial: 5, sequence: 1 }, [buildOpusTags('test')]),
      buildOggPage({ granule: 20 * 960, serial: 5, sequence: 2, endsStream: true }, packets),
    ])
  }
})
