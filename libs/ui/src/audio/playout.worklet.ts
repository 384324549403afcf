/** 30 ms at first, which a calm computer never empties; 10 more whenever it was emptied. */
const FIRST_SAMPLES = 1440
const MOST_SAMPLES = 3840
/** After so long without being emptied 10 ms less; twice as long each time that it was emptied again: 2 s to 17 min. */
const CALM_SAMPLES = 96_000
const MOST_CALM_SAMPLES = CALM_SAMPLES * 2 ** 9
/** One delay can empty it several times within so long. */
const SECOND_SAMPLES = 48_000
/** Asked for at a time: 10 ms. */
const STEP_SAMPLES = 480
const CAPACITY = 48_000

/**
 * The ring between the Worker that decodes and the sound card. What was consumed is asked for again, so the ring keeps
 * its length; what was silence because the Worker was late is not, so a pause does not become delay.
 */
class PlayoutProcessor extends AudioWorkletProcessor {
  readonly #ring = new Float32Array(2 * CAPACITY)
  #read = 0
  #write = FIRST_SAMPLES
  #samples = FIRST_SAMPLES
  #isDry = false
  #now = 0
  #driedAt = 0
  /** When it was emptied or made shorter, and how long after that it is made shorter. */
  #changedAt = 0
  #calm = CALM_SAMPLES
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
    this.#read += count
    this.#consumed += count
    this.#judge(count < left.length)
    this.#now += left.length
    if (this.#consumed >= STEP_SAMPLES) this.#ask()
    return true
  }

  #judge(isDry: boolean): void {
    const wasDry = this.#isDry
    this.#isDry = isDry
    if (!isDry || this.#source === undefined) return
    this.#underruns++
    if (this.#now - this.#driedAt > SECOND_SAMPLES) this.#calm = Math.min(2 * this.#calm, MOST_CALM_SAMPLES)
    this.#driedAt = this.#now
    this.#changedAt = this.#now
    // Once for each time that it ran dry, however long that took.
    if (wasDry || this.#samples >= MOST_SAMPLES) return
    this.#samples += STEP_SAMPLES
    this.#consumed += STEP_SAMPLES
  }

  /** What was consumed; a step less makes the ring shorter, and nobody hears it. */
  #ask(): void {
    let steps = Math.floor(this.#consumed / STEP_SAMPLES)
    this.#consumed -= steps * STEP_SAMPLES
    if (this.#samples > FIRST_SAMPLES && this.#now - this.#changedAt > this.#calm) {
      steps--
      this.#samples -= STEP_SAMPLES
      this.#changedAt = this.#now
    }
    this.#source?.postMessage({ steps, underruns: this.#underruns, ringMs: this.#samples / 48 })
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
