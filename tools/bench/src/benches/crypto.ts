import { createCipheriv, randomBytes } from 'node:crypto'
import { DatagramOpener, DatagramSealer, FrameVerifier, LIMITS } from '@pearcast/protocol'
import sodium, { crypto_aead_xchacha20poly1305_ietf_encrypt } from 'sodium-universal'
import { FrameDatagram, signedFrames } from '../endpoints/frame-source.ts'
import { row, round, type Row } from '../figures/row.ts'
import { usPerCall } from './repeat.ts'

const TAG_BYTES = 16

/** What a frame costs once (sign, verify), and what it costs each child (seal, open), with other ciphers beside it. */
export function crypto(rounds?: number): Row[] {
  const frames = signedFrames()
  const frame = frames.next(1)
  const verifier = new FrameVerifier(sodium, frames.publicKey, frames.context)
  const plaintext = new FrameDatagram().of(frame)
  const sealed = new Uint8Array(LIMITS.maxDatagramBytes)
  const key = new Uint8Array(randomBytes(32))
  const sealer = new DatagramSealer(sodium, key)
  const out = new Uint8Array(plaintext.length + TAG_BYTES)
  const [nonce12, nonce24] = [new Uint8Array(12), new Uint8Array(24)]
  let seq = 1
  const calls: Record<string, () => unknown> = {
    'sign a frame': () => frames.next(++seq),
    'verify a frame': () => verifier.verify(frame),
    'seal a datagram': () => sealer.seal(plaintext, sealed),
    'open a datagram': opening(plaintext, key),
    'chacha20-poly1305, sodium': () =>
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(out, plaintext, null, null, nonce12, key),
    'xchacha20-poly1305, sodium': () =>
      crypto_aead_xchacha20poly1305_ietf_encrypt(out, plaintext, null, null, nonce24, key),
    'chacha20-poly1305, node:crypto': () => {
      const cipher = createCipheriv('chacha20-poly1305', key, nonce12, { authTagLength: TAG_BYTES })
      cipher.update(plaintext)
      cipher.final()
      return cipher.getAuthTag()
    },
    'aes-256-gcm, node:crypto': () => {
      const cipher = createCipheriv('aes-256-gcm', key, nonce12)
      cipher.update(plaintext)
      cipher.final()
      return cipher.getAuthTag()
    },
  }
  return Object.entries(calls).map(([path, call]) =>
    row('crypto', path, plaintext.length, { cpuUsPerPacket: round(usPerCall(call, rounds), 2) }),
  )
}

/** Each datagram can be opened once: so many are sealed in advance, and a fresh window meets them again and again. */
function opening(plaintext: Uint8Array, key: Uint8Array): () => unknown {
  const sealer = new DatagramSealer(sodium, key)
  const ready = Array.from({ length: 1000 }, () => sealer.seal(plaintext))
  let opener = new DatagramOpener(sodium, key)
  let next = 0
  return () => {
    if (next === ready.length) {
      next = 0
      opener = new DatagramOpener(sodium, key)
    }
    const sealed = ready[next++]
    return sealed && opener.open(sealed)
  }
}
