import fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { createIdentity } from './identity.ts'
import { MAX_EXPORT_BYTES, sealIdentity, unsealIdentity } from './sealed-export.ts'

/** The least that libsodium allows: what is tested is the format, not the work of a guess. */
const CHEAP = { passes: 1, memoryBytes: 8192 }
const PASSPHRASE = 'correct horse battery'
const identity = createIdentity(sodium, 'jazz', 1_800_000_000)

async function exported(changes: Record<string, unknown> = {}): Promise<string> {
  const json: object = JSON.parse(await sealIdentity(identity, PASSPHRASE, CHEAP))
  return JSON.stringify({ ...json, ...changes })
}

describe('an export', () => {
  test('opens with its passphrase, and is the same station', async () => {
    expect(await unsealIdentity(await sealIdentity(identity, PASSPHRASE, CHEAP), PASSPHRASE)).toEqual(
      identity,
    )
  })

  test('shows nothing of the keys', async () => {
    const text = await exported()
    const secret = Buffer.from(identity.station.secretKey.subarray(0, 32)).toString('hex')
    expect(text).not.toContain(secret)
    expect(text).not.toContain('jazz')
  })

  test('costs a guess a quarter of a gigabyte, unless a test says otherwise', async () => {
    expect(JSON.parse(await sealIdentity(identity, PASSPHRASE))).toMatchObject({
      passes: 3,
      memoryBytes: 2 ** 28,
    })
  })

  test('does not care how the accents of a passphrase were typed', async () => {
    const text = await sealIdentity(identity, 'caf\u00e9 au lait', CHEAP)
    expect(await unsealIdentity(text, 'cafe\u0301 au lait')).toEqual(identity)
  })

  test('does not open with another passphrase, and says so', async () => {
    await expect(unsealIdentity(await exported(), 'incorrect horse')).rejects.toMatchObject({
      code: 'PASSPHRASE',
      message: expect.stringMatching(/does not open this export/),
    })
  })

  test('wants a passphrase that can protect something', async () => {
    await expect(sealIdentity(identity, 'short', CHEAP)).rejects.toThrow(/at least 8 characters/)
    await expect(sealIdentity(identity, 'x'.repeat(1025), CHEAP)).rejects.toThrow(/longer than 1024/)
  })
})

describe('a damaged export is refused with the reason', () => {
  test.each([
    ['another version', { version: 2 }, /version 2/],
    ['another format', { format: 'zip' }, /was not made by/],
    ['more memory than a computer has', { memoryBytes: 2 ** 40 }, /"memoryBytes"/],
    ['more passes than anybody waits for', { passes: 1000 }, /"passes"/],
    ['a salt of another length', { salt: 'ab' }, /"salt"/],
    ['a nonce that is no text', { nonce: 7 }, /"nonce"/],
    ['sealed bytes that are no hexadecimal', { sealed: 'xyz' }, /"sealed"/],
    ['nothing sealed', { sealed: '' }, /"sealed"/],
  ])('%s', async (_, changes, message) => {
    const text = await exported(changes)
    await expect(unsealIdentity(text, PASSPHRASE)).rejects.toMatchObject({ code: 'EXPORT_INVALID' })
    await expect(unsealIdentity(text, PASSPHRASE)).rejects.toThrow(message)
  })

  test('a header that was changed within its limits does not open', async () => {
    await expect(unsealIdentity(await exported({ passes: 2 }), PASSPHRASE)).rejects.toMatchObject({
      code: 'PASSPHRASE',
    })
  })

  test('a file of another kind, or far too long', async () => {
    await expect(unsealIdentity('RIFF', PASSPHRASE)).rejects.toThrow(/is not JSON/)
    await expect(unsealIdentity('null', PASSPHRASE)).rejects.toThrow(/was not made by/)
    await expect(unsealIdentity(' '.repeat(MAX_EXPORT_BYTES + 1), PASSPHRASE)).rejects.toThrow(/too long/)
  })

  test('whatever is in it, the answer is one of our errors', async () => {
    const valid: object = JSON.parse(await exported())
    const field = fc.constantFrom('format', 'version', 'passes', 'memoryBytes', 'salt', 'nonce', 'sealed')
    await fc.assert(
      fc.asyncProperty(field, fc.jsonValue(), async (name, value) => {
        const text = JSON.stringify({ ...valid, [name]: value })
        if (text === JSON.stringify(valid)) return
        const cheap = typeof value !== 'number' || (name !== 'memoryBytes' && name !== 'passes')
        if (!cheap) return
        const error = await unsealIdentity(text, PASSPHRASE).catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ name: 'StationError' })
      }),
      { numRuns: 100 },
    )
  })
})
