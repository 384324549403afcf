/** 40 ms: fewer ran dry while the page's other threads were busy. */
const TARGET_SAMPLES = 1920
/** Asked for at a time: 10 ms. */
const STEP_SAMPLES = 480
const CAPACITY = 48_000

/**
 * The ring between the Worker that decodes and the sound card. What was consumed is asked for again, so the ring keeps
 * its 40 ms; what was silence because the Worker was late is not, so a pause does not become delay.
 */
class PlayoutProcessor extends AudioWorkletProcessor {
  readonly #ring = new Float32Array(2 * CAPACITY)
  #read = 0
  #write = TARGET_SAMPLES
  #consumed = 0
  #underruns = 0
  #source: MessagePort | undefined

  constructor() {
    super()
    this.port.addEventListener('message', ({ data }: MessageEvent<MessagePort>) => this.#connect(data))
    this.port.start()
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [left, right = left] = outputs[0] ?? []
    if (left === undefined || right === undefined) return true
    const count = Math.min(left.length, this.#write - this.#read)
    for (let i = 0; i < count; i++) {
      const at = 2 * ((this.#read + i) % CAPACITY)
      left[i] = this.#ring[at] ?? 0
      right[i] = this.#ring[at + 1] ?? 0
    }
    left.fill(0, count)
    right.fill(0, count)
    if (count < left.length && this.#source !== undefined) this.#underruns++
    this.#read += count
    this.#consumed += count
    const steps = Math.floor(this.#consumed / STEP_SAMPLES)
    if (steps > 0) this.#source?.postMessage({ steps, underruns: this.#underruns })
    this.#consumed -= steps * STEP_SAMPLES
    return true
  }

  #connect(source: MessagePort): void {
    this.#source = source
    source.addEventListener('message', ({ data }: MessageEvent<Float32Array>) => this.#take(data))
    source.start()
  }

  #take(pcm: Float32Array): void {
    const samples = pcm.length / 2
    if (this.#write - this.#read + samples > CAPACITY) return
    for (let i = 0; i < samples; i++) {
      const at = 2 * ((this.#write + i) % CAPACITY)
      this.#ring[at] = pcm[2 * i] ?? 0
      this.#ring[at + 1] = pcm[2 * i + 1] ?? 0
    }
    this.#write += samples
  }
}

registerProcessor('pearcast-playout', PlayoutProcessor)
