import type { Writable } from 'node:stream'

const SAMPLE_RATE = 48_000
const CHANNELS = 2
const BYTES_PER_MS = (SAMPLE_RATE / 1000) * CHANNELS * 2
const PITCH_HZ = 440
const LEVEL = 0.3
/** Often enough that the pipe holds little, so that a stall is heard at once. */
const WRITE_MS = 10
/** The reader's own buffer; what is more than this ahead only fills the pipe. */
const AHEAD_MS = 40

/** A tone for a pipe (s16le, 48 kHz, stereo) at the pace of the audio, which can stall as a failing studio does. */
export class PipeSource {
  readonly #pipe: Writable
  readonly #timer: NodeJS.Timeout
  readonly #startMs = performance.now()
  #writtenMs = 0
  #stalledUntilMs = 0
  #stalledMs = 0

  constructor(pipe: Writable) {
    this.#pipe = pipe
    // The reader ends first.
    pipe.on('error', () => this.end())
    this.#timer = setInterval(() => this.#write(), WRITE_MS)
  }

  /** Writes nothing for so long, and then goes on where it was. */
  stall(ms: number): void {
    this.#stalledUntilMs = performance.now() + ms
    this.#stalledMs += ms
  }

  end(): void {
    clearInterval(this.#timer)
    this.#pipe.end()
  }

  #write(): void {
    const nowMs = performance.now()
    if (nowMs < this.#stalledUntilMs || this.#pipe.writableEnded) return
    const dueMs = Math.floor(nowMs - this.#startMs - this.#stalledMs + AHEAD_MS)
    if (dueMs <= this.#writtenMs) return
    this.#pipe.write(tone(this.#writtenMs, dueMs))
    this.#writtenMs = dueMs
  }
}

function tone(fromMs: number, toMs: number): Uint8Array {
  const pcm = new Int16Array(((toMs - fromMs) * BYTES_PER_MS) / 2)
  const first = (fromMs * SAMPLE_RATE) / 1000
  for (let i = 0; i < pcm.length / CHANNELS; i++) {
    const sample = Math.round(LEVEL * 32_767 * Math.sin((2 * Math.PI * PITCH_HZ * (first + i)) / SAMPLE_RATE))
    pcm.fill(sample, i * CHANNELS, (i + 1) * CHANNELS)
  }
  return new Uint8Array(pcm.buffer)
}
