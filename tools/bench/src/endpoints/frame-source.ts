import { randomFillSync } from 'node:crypto'
import {
  encodeFrameDatagramInto,
  FrameSigner,
  type Frame,
  keyPairFromSeed,
  LIMITS,
  streamContext,
} from '@pearcast/protocol'
import sodium from 'sodium-universal'

const FRAME_MS = 20
/** Opus at 96 kbit/s, as it comes on average. */
export const PAYLOAD_BYTES = 240
export const CHANNEL = 1

/** Calls each 20 ms, on a fixed schedule: who is late catches up, as a source of audio does. */
export function everyFrame(send: (seq: number) => void): () => void {
  const startMs = performance.now()
  let seq = 0
  let timer: NodeJS.Timeout
  const tick = (): void => {
    send(++seq)
    timer = setTimeout(tick, Math.max(0, startMs + seq * FRAME_MS - performance.now()))
  }
  timer = setTimeout(tick, FRAME_MS)
  return () => clearTimeout(timer)
}

export interface SignedFrames {
  readonly publicKey: Uint8Array
  readonly context: Uint8Array
  next(seq: number): Frame
}

/** Frames as a station signs them, of random payload. */
export function signedFrames(): SignedFrames {
  const key = keyPairFromSeed(sodium, randomFillSync(new Uint8Array(32)))
  const context = streamContext(sodium, { stationKey: key.publicKey, generation: 0, term: 1 }, 0)
  const signer = new FrameSigner(sodium, key.secretKey, context)
  const payload = randomFillSync(new Uint8Array(PAYLOAD_BYTES))
  return {
    publicKey: key.publicKey,
    context,
    next: (seq) => signer.sign({ seq, ts48k: seq * 960, captureUs: Date.now() * 1000, payload }),
  }
}

/** A frame as a datagram, before it is sealed. */
export class FrameDatagram {
  readonly #bytes = new Uint8Array(LIMITS.maxPlaintextBytes)

  of(frame: Frame): Uint8Array {
    return this.#bytes.subarray(0, encodeFrameDatagramInto(this.#bytes, CHANNEL, frame))
  }
}

/** Before the body: type, a channel of one byte, hops. */
const BODY_AT = 3

/** The sequence number of an opened frame datagram, or undefined when it is of another type. */
export function seqOf(plaintext: Uint8Array): number | undefined {
  if (((plaintext[0] ?? 0) & 0xf) !== 0 || plaintext.length < BODY_AT + 6) return undefined
  let seq = 0
  for (let at = BODY_AT; at < BODY_AT + 6; at++) seq = seq * 256 + (plaintext[at] ?? 0)
  return seq
}
