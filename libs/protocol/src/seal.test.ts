import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { DatagramOpener, DatagramSealer, LIMITS } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { counting } from './testing/fixtures.ts'

const KEY = counting(32)

function sealedSeries(count: number): Uint8Array[] {
  const sealer = new DatagramSealer(sodium, KEY)
  return Array.from({ length: count }, (_, i) => sealer.seal(Uint8Array.of(i, i >> 8)))
}

function counterOf(sealed: Uint8Array): bigint {
  return new DataView(sealed.buffer, sealed.byteOffset).getBigUint64(0)
}

describe('sealed datagrams', () => {
  test('open once, in any order', () => {
    const series = sealedSeries(50).toReversed()
    const opener = new DatagramOpener(sodium, KEY)
    expect(series.map((sealed) => opener.open(sealed)?.[0])).toEqual(Array.from(counting(50).toReversed()))
    expect(series.map((sealed) => opener.open(sealed))).toEqual(series.map(() => undefined))
    expect(opener).toMatchObject({ forged: 0, replayed: 50, tooOld: 0 })
  })

  test('are a counter from 0 upwards, the ciphertext and a tag', () => {
    const series = sealedSeries(3)
    expect(series.map(counterOf)).toEqual([0n, 1n, 2n])
    expect(series.map((sealed) => sealed.length)).toEqual([26, 26, 26])
  })

  test('do not open under another key or after a change of any byte', () => {
    const [sealed = new Uint8Array(0)] = sealedSeries(1)
    expect(new DatagramOpener(sodium, counting(32, 1)).open(sealed)).toBeUndefined()
    const opener = new DatagramOpener(sodium, KEY)
    for (let at = 0; at < sealed.length; at++) {
      expect(opener.open(sealed.with(at, (sealed[at] ?? 0) ^ 0x80))).toBeUndefined()
    }
    expect(opener.forged).toBe(sealed.length)
    expect(opener.open(sealed)).toEqual(Uint8Array.of(0, 0))
  })

  test('are accepted up to 1023 counters late and refused beyond', () => {
    const series = sealedSeries(LIMITS.replayWindow + 1)
    const opener = new DatagramOpener(sodium, KEY)
    const [first = KEY, second = KEY] = series
    expect(opener.open(series.at(-1) ?? KEY)).toBeDefined()
    expect(opener.open(second)).toBeDefined()
    expect(opener.open(first)).toBeUndefined()
    expect(opener).toMatchObject({ forged: 0, replayed: 0, tooOld: 1 })
  })

  test('that are forged with a high counter do not push genuine ones out of the window', () => {
    const [sealed = KEY] = sealedSeries(1)
    const forged = sealed.slice()
    forged.set([0, 0, 0, 1], 0)
    const opener = new DatagramOpener(sodium, KEY)
    expect(opener.open(forged)).toBeUndefined()
    expect(opener.open(sealed)).toBeDefined()
  })

  test('with a counter beyond 2^53 or of an impossible length count as forged', () => {
    const opener = new DatagramOpener(sodium, KEY)
    expect(opener.open(new Uint8Array(26).fill(0xff))).toBeUndefined()
    for (const length of [0, 7, 8, 24, LIMITS.maxDatagramBytes + 1]) {
      expect(opener.open(new Uint8Array(length))).toBeUndefined()
    }
    expect(opener.forged).toBe(6)
  })

  test('may be made in a reused buffer, which has to be large enough', () => {
    const sealer = new DatagramSealer(sodium, KEY)
    const opener = new DatagramOpener(sodium, KEY)
    const out = new Uint8Array(64)
    for (let i = 0; i < 5; i++) {
      const sealed = sealer.seal(counting(10 + i), out)
      expect(sealed.buffer).toBe(out.buffer)
      expect(opener.open(sealed)).toEqual(counting(10 + i))
    }
    expect(codeOf(() => sealer.seal(counting(41), out))).toBe('VALUE_BYTES')
    // What was refused has not used up a counter.
    expect(counterOf(sealer.seal(counting(1)))).toBe(5n)
  })

  test('hold 1 to 1128 bytes', () => {
    const sealer = new DatagramSealer(sodium, KEY)
    const opener = new DatagramOpener(sodium, KEY)
    const largest = counting(LIMITS.maxPlaintextBytes)
    const sealed = sealer.seal(largest)
    expect(sealed.length).toBe(LIMITS.maxDatagramBytes)
    expect(opener.open(sealed)).toEqual(largest)
    expect(codeOf(() => sealer.seal(counting(LIMITS.maxPlaintextBytes + 1)))).toBe('VALUE_BYTES')
    expect(codeOf(() => sealer.seal(new Uint8Array(0)))).toBe('VALUE_BYTES')
  })

  test('keep their key when the caller wipes his copy', () => {
    const key = Buffer.from(counting(32))
    const sealer = new DatagramSealer(sodium, key)
    const opener = new DatagramOpener(sodium, key)
    key.fill(0)
    expect(opener.open(sealer.seal(counting(3)))).toEqual(counting(3))
    expect(codeOf(() => new DatagramSealer(sodium, counting(31)))).toBe('VALUE_BYTES')
  })
})
