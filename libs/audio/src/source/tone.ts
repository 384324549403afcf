import { FRAME_SAMPLES, SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import type { AudioSource, SourceItem } from './source.ts'

interface Overtone {
  hz: number
  gain: number
  /** slow swell, so that the tone breathes; a rate of its own each, so that it never repeats within hours */
  swellHz: number
}

/** A-flat major with its ninth: the left ear low, the right ear high. */
const LEFT: readonly Overtone[] = [
  { hz: 207.65, gain: 0.16, swellHz: 0.071 },
  { hz: 311.13, gain: 0.1, swellHz: 0.113 },
  { hz: 523.25, gain: 0.05, swellHz: 0.173 },
]
const RIGHT: readonly Overtone[] = [
  { hz: 261.63, gain: 0.14, swellHz: 0.089 },
  { hz: 392, gain: 0.1, swellHz: 0.127 },
  { hz: 466.16, gain: 0.06, swellHz: 0.197 },
]

const FADE_IN_SAMPLES = SAMPLE_RATE / 4

/** An endless pleasant chord, left and right different; mono is their mean. Same samples every time. */
export class ToneSource implements AudioSource {
  readonly channels: Channels
  readonly title = 'Test tone'
  #at = 0

  constructor(channels: Channels) {
    this.channels = channels
  }

  read(): Promise<SourceItem> {
    const pcm = new Float32Array(FRAME_SAMPLES * this.channels)
    addChord(LEFT, this.#at, (i, sample) => this.#add(pcm, i, 0, sample))
    addChord(RIGHT, this.#at, (i, sample) => this.#add(pcm, i, 1, sample))
    this.#at += FRAME_SAMPLES
    return Promise.resolve({ kind: 'pcm', pcm })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #add(pcm: Float32Array, i: number, ear: 0 | 1, sample: number): void {
    const at = this.channels === 2 ? 2 * i + ear : i
    const fade = Math.min(1, (this.#at + i) / FADE_IN_SAMPLES)
    pcm[at] = (pcm[at] ?? 0) + (fade * sample) / (this.channels === 2 ? 1 : 2)
  }
}

/** The samples of one block from `at`, an overtone at a time; the swell moves in a straight line within a block. */
function addChord(
  overtones: readonly Overtone[],
  at: number,
  add: (i: number, sample: number) => void,
): void {
  for (const overtone of overtones) {
    const radians = (2 * Math.PI * overtone.hz) / SAMPLE_RATE
    const from = swellAt(overtone, at)
    const step = (swellAt(overtone, at + FRAME_SAMPLES) - from) / FRAME_SAMPLES
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      add(i, overtone.gain * (from + step * i) * Math.sin(radians * (at + i)))
    }
  }
}

function swellAt({ swellHz }: Overtone, at: number): number {
  return 0.75 + 0.25 * Math.sin((2 * Math.PI * swellHz * at) / SAMPLE_RATE)
}
