import type { Decoder } from '@pearcast/media'

const CHANNELS = 2
const SAMPLE_RATE = 48_000
/** 120 ms: the longest Opus packet. */
const MAX_SAMPLES = 5760
const MAX_PACKET_BYTES = 1500

/** What libopus is compiled to, in so far as it is used here. */
interface Libopus {
  memory: WebAssembly.Memory
  malloc(bytes: number): number
  opus_decoder_get_size(channels: number): number
  opus_decoder_init(decoder: number, sampleRate: number, channels: number): number
  opus_decode(
    decoder: number,
    data: number,
    length: number,
    pcm: number,
    samples: number,
    fec: number,
  ): number
}

/** libopus itself, compiled to WebAssembly: its own concealment, and errors that close nothing. */
export class OpusWasmDecoder implements Decoder {
  readonly #lib: Libopus
  readonly #decoder: number
  readonly #packetAt: number
  readonly #pcmAt: number
  readonly #pcm = new Float32Array(MAX_SAMPLES * CHANNELS)

  private constructor(lib: Libopus) {
    this.#lib = lib
    this.#decoder = lib.malloc(lib.opus_decoder_get_size(CHANNELS))
    this.#packetAt = lib.malloc(MAX_PACKET_BYTES)
    this.#pcmAt = lib.malloc(MAX_SAMPLES * CHANNELS * 2)
    this.reset()
  }

  static async load(wasm: BufferSource | Response): Promise<OpusWasmDecoder> {
    const nothing = (): number => 0
    const imports = {
      env: { emscripten_notify_memory_growth: nothing },
      wasi_snapshot_preview1: { proc_exit: nothing, fd_close: nothing, fd_write: nothing, fd_seek: nothing },
    }
    const bytes = wasm instanceof Response ? await wasm.arrayBuffer() : wasm
    const { exports } = (await WebAssembly.instantiate(bytes, imports)).instance
    if (!isLibopus(exports)) throw new Error('this is no libopus')
    if (typeof exports['_initialize'] === 'function') exports['_initialize']()
    return new OpusWasmDecoder(exports)
  }

  decode(payload: Uint8Array): Float32Array {
    if (payload.length > MAX_PACKET_BYTES) throw new Error(`a packet of ${payload.length} bytes`)
    new Uint8Array(this.#lib.memory.buffer).set(payload, this.#packetAt)
    return this.#run(this.#packetAt, payload.length, MAX_SAMPLES)
  }

  conceal(samples: number): Float32Array {
    return this.#run(0, 0, Math.min(samples, MAX_SAMPLES))
  }

  reset(): void {
    this.#lib.opus_decoder_init(this.#decoder, SAMPLE_RATE, CHANNELS)
  }

  #run(data: number, length: number, samples: number): Float32Array {
    const made = this.#lib.opus_decode(this.#decoder, data, length, this.#pcmAt, samples, 0)
    if (made < 0) throw new Error(`libopus refused a packet (${made})`)
    const pcm16 = new Int16Array(this.#lib.memory.buffer, this.#pcmAt, made * CHANNELS)
    for (let i = 0; i < pcm16.length; i++) this.#pcm[i] = (pcm16[i] ?? 0) / 32_768
    return this.#pcm.subarray(0, pcm16.length)
  }
}

/** The one place where what the module exports is believed. */
function isLibopus(exports: WebAssembly.Exports): exports is WebAssembly.Exports & Libopus {
  const functions = ['malloc', 'opus_decoder_get_size', 'opus_decoder_init', 'opus_decode']
  return functions.every((name) => typeof exports[name] === 'function') && 'memory' in exports
}
