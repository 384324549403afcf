import { Playout, type Decoder, type PlayoutStats } from '@pearcast/media'
import type { DownMessage } from '@pearcast/engine/schema'

const NOTHING = new Uint8Array(0)
/** The engine's delay is raised above this by repair or jitter, which hold for the page as well. */
const CALM_US = 45_000
/** The sound card of a page that is busy beginning loses time and does not catch up: what that leaves behind is worked off. */
const EXCESS_MS = 12

/** What comes down the port, as sound: the same jitter buffer as everywhere, fed with what the engine has verified. */
export class Player {
  readonly #decoder: Decoder
  readonly #nowUs: () => number
  #playout: Playout | undefined
  /** The station's clock minus this computer's. */
  #offsetUs = Number.NaN
  #peak = 0

  constructor(decoder: Decoder, nowUs: () => number) {
    this.#decoder = decoder
    this.#nowUs = nowUs
  }

  take(message: DownMessage): void {
    switch (message.kind) {
      case 'begin':
        return this.#begin(message.bufferMs)
      case 'frame':
        return this.#onFrame(message)
      case 'heartbeat':
        return this.#playout?.heartbeat(message.heartbeat, this.#nowUs())
      case 'start':
        if (message.headSeq === 0) this.#playout?.expectStart(1)
        return
      case 'reset':
        return this.#playout?.newSession()
      case 'target':
        return this.#playout?.awaitRepair(message.us > CALM_US ? message.us : 0, this.#nowUs())
      case 'end':
        this.#playout = undefined
    }
  }

  /** @returns interleaved stereo of its own; silence while nothing is listened to */
  pull(samples: number): Float32Array {
    const pcm = new Float32Array(samples * 2)
    this.#playout?.pull(pcm, this.#nowUs())
    for (const sample of pcm) this.#peak = Math.max(this.#peak, Math.abs(sample))
    return pcm
  }

  /** The loudest sample since the last call. */
  takePeak(): number {
    const peak = this.#peak
    this.#peak = 0
    return peak
  }

  get isPlaying(): boolean {
    return this.#playout !== undefined
  }

  stats(): PlayoutStats | undefined {
    return this.#playout?.stats()
  }

  #begin(bufferMs: number): void {
    this.#decoder.reset()
    this.#offsetUs = Number.NaN
    this.#playout = new Playout({
      decoder: this.#decoder,
      channels: 2,
      minDelayMs: bufferMs,
      excessMs: EXCESS_MS,
      clock: { toLocal: (us) => us - this.#offsetUs },
    })
  }

  #onFrame({
    path,
    seq,
    ts48k,
    captureUs,
    offsetUs,
    payload,
  }: Extract<DownMessage, { kind: 'frame' }>): void {
    this.#offsetUs = offsetUs
    const frame = {
      seq,
      ts48k,
      captureUs,
      payload,
      kid: 0,
      flags: 0,
      signature: NOTHING,
      body: payload,
      hops: 0,
    }
    this.#playout?.push(frame, path, this.#nowUs())
  }
}
