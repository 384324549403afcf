import * as compact from 'compact-encoding'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readU48, readU64, writeU48, writeU64 } from './bytes.ts'
import { isPlainLine, toPlainLine } from './index.ts'
import { Reader } from './reader.ts'
import { u48 } from './testing/arbitraries.ts'
import { codeOf } from './testing/errors.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'
import { Writer } from './writer.ts'

const MAX = Number.MAX_SAFE_INTEGER

describe('variable-length integers', () => {
  const edges = fc.constantFrom(0, 252, 253, 254, 255, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, MAX)
  const integers = fc.oneof(edges, fc.nat(300), fc.nat(70_000), fc.nat(0xffff_ffff), fc.maxSafeNat())

  test('are those of compact-encoding', () => {
    fc.assert(
      fc.property(integers, (value) => {
        const bytes = new Writer().uint('n', value, 0, MAX).finish()
        const state = compact.state(0, 0, null)
        compact.uint.preencode(state, value)
        state.buffer = new Uint8Array(state.end)
        compact.uint.encode(state, value)
        expect(bytes).toEqual(state.buffer)
        const reader = new Reader('CONTROL', bytes)
        expect(reader.uint('n', 0, MAX)).toBe(value)
        reader.end()
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['252 in three bytes', [0xfd, 252, 0]],
    ['65535 in five bytes', [0xfe, 0xff, 0xff, 0, 0]],
    ['2^32 - 1 in nine bytes', [0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
    ['2^53', [0xff, 0, 0, 0, 0, 0, 0, 0x20, 0]],
    ['2^64 - 1', [0xff, 255, 255, 255, 255, 255, 255, 255, 255]],
  ])('refuse %s', (_, bytes) => {
    expect(codeOf(() => new Reader('CONTROL', Uint8Array.from(bytes)).uint('n', 0, MAX))).toBe(
      'CONTROL_VALUE',
    )
  })
})

test('big-endian integers agree with DataView', () => {
  fc.assert(
    fc.property(u48, fc.maxSafeNat(), (six, eight) => {
      const bytes = new Uint8Array(16)
      writeU48(bytes, 1, six)
      writeU64(bytes, 8, eight)
      const view = new DataView(bytes.buffer)
      expect(view.getBigUint64(0)).toBe(BigInt(six) << 8n)
      expect(view.getBigUint64(8)).toBe(BigInt(eight))
      expect([readU48(bytes, 1), readU64(bytes, 8)]).toEqual([six, eight])
    }),
  )
})

describe('UTF-8', () => {
  const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  test('is written as the platform writes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text))
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
  })

  test.each([
    ['a slash in two bytes', [0xc0, 0xaf]],
    ['a slash in three bytes', [0xe0, 0x80, 0xaf]],
    ['a slash in four bytes', [0xf0, 0x80, 0x80, 0xaf]],
    ['the first surrogate', [0xed, 0xa0, 0x80]],
    ['the last surrogate', [0xed, 0xbf, 0xbf]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence that is cut off', [0xe2, 0x82]],
    ['a lone continuation', [0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined()
  })

  test('is refused exactly where the platform refuses it', () => {
    const lead = fc.constantFrom(0xc0, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff)
    const tail = fc.constantFrom(0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf)
    const sequences = fc.array(fc.oneof(lead, tail, fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(sequences, (numbers) => {
        const bytes = Uint8Array.from(numbers)
        let expected: string | undefined
        try {
          expected = platform.decode(bytes)
        } catch {
          expected = undefined
        }
        expect(decodeUtf8(bytes)).toBe(expected)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a plain line', () => {
  test('is what any text becomes, within its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, maxBytes) => {
        const line = toPlainLine(text, maxBytes)
        expect(isPlainLine(line)).toBe(true)
        expect(encodeUtf8(line).length).toBeLessThanOrEqual(maxBytes)
        expect(toPlainLine(line, maxBytes)).toBe(line)
      }),
    )
  })

  test('stays as it is when nothing is wrong with it', () => {
    expect(toPlainLine('Grüße aus dem Äther – 🎙 שלום', 200)).toBe('Grüße aus dem Äther – 🎙 שלום')
  })
})
