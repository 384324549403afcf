import type { Frame } from '@pearcast/protocol'
import type { Decoder } from '../playout-types.ts'

/** TOC bytes (RFC 6716 table 2) of one frame a packet; 5760 is two frames of 60 ms. */
const TOC = new Map([
  [120, 28 << 3],
  [240, 29 << 3],
  [480, 30 << 3],
  [960, 31 << 3],
  [1920, 10 << 3],
  [2880, 11 << 3],
  [5760, (11 << 3) | 1],
])

export const DURATIONS: readonly number[] = [...TOC.keys()]

export interface FrameFixture {
  seq: number
  ts48k?: number
  samples?: number
  captureUs?: number
}

/** A frame whose payload says only where its sound begins; nothing is signed. */
export function frame({ seq, samples = 960, ts48k = seq * samples, captureUs = 0 }: FrameFixture): Frame {
  const payload = new Uint8Array(9)
  const view = new DataView(payload.buffer)
  payload[0] = TOC.get(samples) ?? 0
  view.setFloat64(1, ts48k)
  const nothing = new Uint8Array(0)
  return { seq, ts48k, kid: 0, flags: 0, captureUs, payload, signature: nothing, body: payload, hops: 0 }
}

const PERIOD = 48_000

/** One second of a tune that repeats, nowhere 0: the decoded sound at media time t is `TONE[t mod 48000]`. */
const TONE = Float32Array.from({ length: PERIOD }, (_, i) => {
  const turn = (2 * Math.PI * i) / PERIOD
  return 0.05 + 0.4 * Math.sin(440 * turn) + 0.2 * Math.sin(1000 * turn)
})

export function toneAt(ts48k: number): number {
  return TONE[((ts48k % PERIOD) + PERIOD) % PERIOD] ?? 0
}

/** Plays the tone in every channel; concealment is a constant that no tone has. */
export class ToneDecoder implements Decoder {
  readonly concealedValue = 0.9
  decoded = 0
  conceals = 0
  readonly #channels: number
  readonly #pcm: Float32Array
  readonly #durations: Map<number, number>

  constructor(channels: number) {
    this.#channels = channels
    this.#pcm = new Float32Array(5760 * channels)
    this.#durations = new Map([...TOC].map(([samples, toc]) => [toc, samples]))
  }

  decode(payload: Uint8Array): Float32Array {
    this.decoded++
    const samples = this.#durations.get(payload[0] ?? -1)
    if (samples === undefined) throw new Error('not a fixture')
    const ts48k = new DataView(payload.buffer, payload.byteOffset).getFloat64(1)
    let at = ((ts48k % PERIOD) + PERIOD) % PERIOD
    if (this.#channels === 1 && at + samples <= PERIOD) return TONE.subarray(at, at + samples)
    const view = this.#pcm.subarray(0, samples * this.#channels)
    for (let i = 0; i < view.length;) {
      for (let c = 0; c < this.#channels; c++) view[i++] = TONE[at] ?? 0
      if (++at === PERIOD) at = 0
    }
    return view
  }

  conceal(samples: number): Float32Array {
    if (samples % 120 !== 0 || samples <= 0 || samples > 5760) throw new Error(`cannot conceal ${samples}`)
    this.conceals++
    return this.#pcm.subarray(0, samples * this.#channels).fill(this.concealedValue)
  }

  reset(): void {}
}
