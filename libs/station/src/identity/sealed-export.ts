import { randomBytes } from 'node:crypto'
import sodium, {
  crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt,
  crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt,
  crypto_pwhash_async as passphraseHash,
} from 'sodium-universal'
import { fromHex, toHex } from '@pearcast/protocol'
import { StationError } from '../errors.ts'
import { identityFromJson, identityToJson, type StationIdentity } from './identity.ts'

/** Work for each guess of the passphrase: passes over so many bytes of memory. */
export interface KdfCost {
  readonly passes: number
  readonly memoryBytes: number
}

/** libsodium's MODERATE, 0.7 s and 256 MiB: what is exported lies on other people's disks for years. */
const COST: KdfCost = { passes: 3, memoryBytes: 268_435_456 }
/** A file names its own cost: beyond these it would only keep the reader busy. */
const MAX_COST: KdfCost = { passes: 10, memoryBytes: 1_073_741_824 }
const MIN_MEMORY_BYTES = 8192

const FORMAT = 'pearcast-station-export'
const VERSION = 1
/** libsodium's number for Argon2id 1.3. */
const ARGON2ID = 2
const SALT_BYTES = 16
const NONCE_BYTES = 24
const TAG_BYTES = 16
/** An export has about 1200 bytes. */
export const MAX_EXPORT_BYTES = 16_384
export const MIN_PASSPHRASE_CHARACTERS = 8
const MAX_PASSPHRASE_BYTES = 1024

/**
 * A station's keys as text that is worth nothing without the passphrase: Argon2id makes a key of it,
 * XChaCha20-Poly1305 seals the station file under that key and binds the header to it.
 *
 * @throws StationError PASSPHRASE
 */
export async function sealIdentity(
  identity: StationIdentity,
  passphrase: string,
  cost: KdfCost = COST,
): Promise<string> {
  if (Array.from(passphrase).length < MIN_PASSPHRASE_CHARACTERS) throw StationError.passphraseShort()
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const { passes, memoryBytes } = cost
  const header = {
    format: FORMAT,
    version: VERSION,
    passes,
    memoryBytes,
    salt: toHex(salt),
    nonce: toHex(nonce),
  }
  const key = await keyOf(passphrase, salt, cost)
  const message = Buffer.from(JSON.stringify(identityToJson(identity)))
  const sealed = new Uint8Array(message.length + TAG_BYTES)
  encrypt(sealed, message, boundHeader(header), null, nonce, key)
  key.fill(0)
  message.fill(0)
  return `${JSON.stringify({ ...header, sealed: toHex(sealed) }, null, 2)}\n`
}

/** @throws StationError EXPORT_INVALID for what is no export, PASSPHRASE when it does not open */
export async function unsealIdentity(text: string, passphrase: string): Promise<StationIdentity> {
  const { header, salt, nonce, sealed } = parseExport(text)
  const key = await keyOf(passphrase, salt, header)
  const message = new Uint8Array(sealed.length - TAG_BYTES)
  try {
    decrypt(message, null, sealed, boundHeader(header), nonce, key)
  } catch (error) {
    throw StationError.passphraseWrong(error)
  } finally {
    key.fill(0)
  }
  try {
    return identityFromJson(sodium, JSON.parse(Buffer.from(message).toString('utf8')))
  } catch (error) {
    throw StationError.exportInvalid(error instanceof Error ? error.message : String(error), error)
  } finally {
    message.fill(0)
  }
}

interface ExportHeader extends KdfCost {
  readonly format: string
  readonly version: number
  readonly salt: string
  readonly nonce: string
}

function boundHeader({ format, version, passes, memoryBytes, salt, nonce }: ExportHeader): Uint8Array {
  return Buffer.from(JSON.stringify([format, version, passes, memoryBytes, salt, nonce]))
}

async function keyOf(passphrase: string, salt: Uint8Array, cost: KdfCost): Promise<Uint8Array> {
  // The same passphrase typed on another system may have its accents composed in another way.
  const bytes = Buffer.from(passphrase.normalize('NFKC'))
  if (bytes.length > MAX_PASSPHRASE_BYTES) throw StationError.passphraseLong(MAX_PASSPHRASE_BYTES)
  const key = new Uint8Array(32)
  await passphraseHash(key, bytes, salt, cost.passes, cost.memoryBytes, ARGON2ID)
  bytes.fill(0)
  return key
}

interface ParsedExport {
  header: ExportHeader
  salt: Uint8Array
  nonce: Uint8Array
  sealed: Uint8Array
}

function parseExport(text: string): ParsedExport {
  if (text.length > MAX_EXPORT_BYTES) throw StationError.exportInvalid('is too long')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw StationError.exportInvalid('is not JSON', error)
  }
  if (typeof json !== 'object' || json === null || Reflect.get(json, 'format') !== FORMAT)
    throw StationError.exportInvalid('was not made by "pearcast station export"')
  const number = (field: string, min: number, max: number): number => {
    const value: unknown = Reflect.get(json, field)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
    throw StationError.exportInvalid(`has no number from ${min} to ${max} in "${field}"`)
  }
  const bytes = (field: string, min: number, max: number = min): Uint8Array => {
    const value: unknown = Reflect.get(json, field)
    if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/.test(value))
      throw StationError.exportInvalid(`has no hexadecimal text in "${field}"`)
    if (value.length < 2 * min || value.length > 2 * max)
      throw StationError.exportInvalid(`has the wrong length in "${field}"`)
    return fromHex(value)
  }
  const version = Reflect.get(json, 'version')
  if (version !== VERSION)
    throw StationError.exportInvalid(`has version ${String(version).slice(0, 20)}, not ${VERSION}`)
  const [salt, nonce] = [bytes('salt', SALT_BYTES), bytes('nonce', NONCE_BYTES)]
  const header = {
    format: FORMAT,
    version: VERSION,
    passes: number('passes', 1, MAX_COST.passes),
    memoryBytes: number('memoryBytes', MIN_MEMORY_BYTES, MAX_COST.memoryBytes),
    salt: toHex(salt),
    nonce: toHex(nonce),
  }
  return { header, salt, nonce, sealed: bytes('sealed', TAG_BYTES + 1, MAX_EXPORT_BYTES) }
}
