import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryBytes } from '../testing/memory-bytes.ts'
import { concat } from '../testing/wav.ts'
import { OggOpusWriter } from './ogg-opus-writer.ts'
import { buildOggPage, oggPageCrc, parseOggPageHeader } from './ogg-page.ts'
import { OggOpusReader } from './ogg-reader.ts'
import type { OggPacket } from './ogg-reader.ts'
import { buildOpusHead, buildOpusTags, parseOpusHead, parseOpusTitle } from './opus-header.ts'

/** A packet that can be told from every other: 20 ms of CELT by its TOC, then its number. */
function numbered(number: number, bytes = 40): Uint8Array {
  const packet = new Uint8Array(bytes).fill(number % 251)
  packet[0] = 0xfc
  return packet
}

function write(packets: readonly Uint8Array[], serial = 1, trim = 0): Uint8Array {
  const writer = new OggOpusWriter({ channels: 2, serial, title: 'Ship' })
  const pages = [writer.headers()]
  for (const packet of packets) {
    const page = writer.add(packet, 960)
    if (page !== undefined) pages.push(page)
  }
  pages.push(writer.end(trim))
  return concat(pages)
}

async function readAll(bytes: Uint8Array): Promise<{ packets: OggPacket[]; reader: OggOpusReader }> {
  const reader = new OggOpusReader(new MemoryBytes(bytes))
  const packets: OggPacket[] = []
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) packets.push(next)
  return { packets, reader }
}

describe('an Ogg page', () => {
  test('has the checksum that other programs compute', () => {
    // The empty page of libogg's own self-test.
    const page = buildOggPage({ granule: 0, serial: 0x04030201, sequence: 0, beginsStream: true }, [])
    expect(parseOggPageHeader(page)).toMatchObject({ serial: 0x04030201, beginsStream: true, bodyBytes: 0 })
    expect(parseOggPageHeader(page)?.crc).toBe(oggPageCrc(page))
  })

  test('laces packets of 254, 255 and 510 bytes so that their ends are known', () => {
    const packets = [numbered(1, 254), numbered(2, 255), numbered(3, 510)]
    const header = parseOggPageHeader(buildOggPage({ granule: 5, serial: 1, sequence: 2 }, packets))
    expect([...(header?.lacing ?? [])]).toEqual([254, 255, 0, 255, 255, 0])
    expect(header).toMatchObject({ granule: 5, sequence: 2, bodyBytes: 1019 })
  })
})

describe('the Opus headers', () => {
  test('come back as they were written', () => {
    expect(parseOpusHead(buildOpusHead(2, 312))).toEqual({
      channels: 2,
      preSkip: 312,
      outputGain: 0,
      family: 0,
    })
    expect(parseOpusTitle(buildOpusTags('pearCast', 'Ünder way'))).toBe('Ünder way')
    expect(parseOpusTitle(buildOpusTags('pearCast'))).toBeUndefined()
  })
})

describe('OggOpusReader', () => {
  test('gives back what OggOpusWriter packed, bit for bit, with the headers in front', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1275 }), { minLength: 1, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(sizes, async (bytes) => {
        const written = bytes.map((size, i) => numbered(i, size))
        const { packets, reader } = await readAll(write(written))
        expect(packets.slice(2).map(({ packet }) => packet)).toEqual(written)
        expect(packets[0]?.beginsStream).toBe(true)
        expect(packets.at(-1)).toMatchObject({ endsStream: true, granule: written.length * 960 })
        expect(reader.cutOff).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  test('joins a packet that goes on over three pages', async () => {
    const long = numbered(9, 255 * 255 * 2 + 100)
    const pages = [
      buildOggPage({ granule: 0, serial: 1, sequence: 0, beginsStream: true }, [buildOpusHead(2, 0)]),
    ]
    for (let at = 0, sequence = 1; at < long.length; at += 255 * 255, sequence++) {
      pages.push(rawPage(long.subarray(at, at + 255 * 255), at > 0, sequence))
    }
    const { packets } = await readAll(concat(pages))
    // Only the beginning of so long a packet is of interest.
    expect(packets.length).toBe(2)
    expect(packets[1]?.packet.subarray(0, 64_000)).toEqual(long.subarray(0, 64_000))
  })

  test('a chained stream follows, and pages of another codec are passed over', async () => {
    const video = buildOggPage({ granule: 0, serial: 99, sequence: 0, beginsStream: true }, [numbered(77)])
    const bytes = concat([video, write([numbered(1)], 1), write([numbered(2)], 2)])
    const { packets } = await readAll(bytes)
    expect(packets.map(({ packet }) => packet[5]).filter((byte) => byte === 1 || byte === 2)).toEqual([1, 2])
    expect(packets.filter(({ beginsStream }) => beginsStream).length).toBe(2)
  })

  test('a damaged page is left out and the next one is found', async () => {
    const written = Array.from({ length: 150 }, (_, i) => numbered(i))
    const bytes = write(written)
    // In the body of the first audio page, which holds 50 packets.
    const at = concat([new OggOpusWriter({ channels: 2, serial: 1, title: 'Ship' }).headers()]).length + 500
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    const { packets } = await readAll(bytes)
    expect(packets.slice(2).map(({ packet }) => packet)).toEqual(written.slice(50))
  })

  test('a file cut within a page says so; one cut between pages does not', async () => {
    const bytes = write(Array.from({ length: 120 }, (_, i) => numbered(i)))
    expect((await readAll(bytes.subarray(0, bytes.length - 10))).reader.cutOff).toBe(true)
    const lastPage = bytes.lastIndexOf(0x4f)
    expect(String.fromCharCode(...bytes.subarray(lastPage, lastPage + 4))).toBe('OggS')
    expect((await readAll(bytes.subarray(0, lastPage))).reader.cutOff).toBe(false)
  })

  test('mutated bytes end in packets of bounded size and never in an error', async () => {
    const original = write(Array.from({ length: 60 }, (_, i) => numbered(i)))
    const mutation = fc.tuple(fc.nat(original.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { maxLength: 30 }), fc.boolean(), async (changes, checksums) => {
        const bytes = original.slice()
        for (const [at, value] of changes) bytes[at] = value
        const reader = new OggOpusReader(new MemoryBytes(bytes), { checksums })
        for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
          expect(next.packet.length).toBeLessThanOrEqual(original.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

/** One page of one piece of a packet, all its segments full unless the piece is shorter. */
function rawPage(piece: Uint8Array, continued: boolean, sequence: number): Uint8Array {
  const full = Math.floor(piece.length / 255)
  const lacing = [
    ...new Array<number>(full).fill(255),
    ...(piece.length === 255 * 255 ? [] : [piece.length % 255]),
  ]
  const page = new Uint8Array(27 + lacing.length + piece.length)
  page.set([0x4f, 0x67, 0x67, 0x53, 0, continued ? 1 : 0])
  const view = new DataView(page.buffer)
  view.setBigInt64(6, piece.length === 255 * 255 ? -1n : 960n, true)
  view.setUint32(14, 1, true)
  view.setUint32(18, sequence, true)
  view.setUint8(26, lacing.length)
  page.set(lacing, 27)
  page.set(piece, 27 + lacing.length)
  view.setUint32(22, oggPageCrc(page), true)
  return page
}
