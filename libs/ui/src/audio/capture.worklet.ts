/** 20 ms, as one PCM message holds. */
const BLOCK_SAMPLES = 960
const LEVELS_EVERY_BLOCKS = 3

interface Slot {
  slot: number
  /** Interleaved stereo. */
  pcm: Float32Array
  peak: number
}

/** Every input of the page at the same moment, by the same clock: an input of this node is a slot of the mixer. */
class CaptureProcessor extends AudioWorkletProcessor {
  #slots: Slot[] = []
  #filled = 0
  #blocks = 0
  #target: MessagePort | undefined

  constructor() {
    super()
    this.port.addEventListener(
      'message',
      ({ data }: MessageEvent<{ target?: MessagePort; slots?: number[] }>) => {
        if (data.target !== undefined) this.#target = data.target
        if (data.slots !== undefined) this.#use(data.slots)
      },
    )
    this.port.start()
  }

  process(inputs: Float32Array[][]): boolean {
    const count = 128
    for (const slot of this.#slots) {
      const [left, right = left] = inputs[slot.slot] ?? []
      for (let i = 0; i < count; i++) {
        const at = 2 * (this.#filled + i)
        if (at >= slot.pcm.length) break
        slot.pcm[at] = left?.[i] ?? 0
        slot.pcm[at + 1] = right?.[i] ?? 0
      }
    }
    const over = this.#filled + count - BLOCK_SAMPLES
    this.#filled += count
    if (over < 0) return true
    this.#send()
    // 960 is not a multiple of 128: the rest begins the next block.
    for (const slot of this.#slots) {
      const [left, right = left] = inputs[slot.slot] ?? []
      for (let i = 0; i < over; i++) {
        slot.pcm[2 * i] = left?.[count - over + i] ?? 0
        slot.pcm[2 * i + 1] = right?.[count - over + i] ?? 0
      }
    }
    this.#filled = over
    return true
  }

  #use(slots: readonly number[]): void {
    this.#slots = slots.map(
      (slot) =>
        this.#slots.find((each) => each.slot === slot) ?? {
          slot,
          pcm: new Float32Array(2 * BLOCK_SAMPLES),
          peak: 0,
        },
    )
  }

  #send(): void {
    for (const slot of this.#slots)
      for (const sample of slot.pcm) slot.peak = Math.max(slot.peak, Math.abs(sample))
    if (this.#slots.length > 0) this.#target?.postMessage(this.#slots.map(({ slot, pcm }) => ({ slot, pcm })))
    if (++this.#blocks % LEVELS_EVERY_BLOCKS !== 0) return
    this.port.postMessage(this.#slots.map(({ slot, peak }) => ({ slot, peak })))
    for (const slot of this.#slots) slot.peak = 0
  }
}

registerProcessor('pearcast-capture', CaptureProcessor)
