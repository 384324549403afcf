import { FRAME_SAMPLES, SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import type { AudioSource, SourceItem } from './source.ts'

interface Partial {
  hz: number
  gain: number
  /** slow swell, so that the tone breathes; a rate of its own each, so that it never repeats within hours */
  swellHz: number
}

/** A-flat major with its ninth: the left ear low, the right ear high. */
const LEFT: readonly Partial[] = [
  { hz: 207.65, gain: 0.16, swellHz: 0.071 },
  { hz: 311.13, gain: 0.1, swellHz: 0.113 },
  { hz: 523.25, gain: 0.05, swellHz: 0.173 },
]
const RIGHT: readonly Partial[] = [
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
    for (let i = 0; i < FRAME_SAMPLES; i++) this.#sampleInto(pcm, i, this.#at + i)
    this.#at += FRAME_SAMPLES
    return Promise.resolve({ kind: 'pcm', pcm })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #sampleInto(pcm: Float32Array, i: number, at: number): void {
    const fade = Math.min(1, at / FADE_IN_SAMPLES)
    const left = fade * chordAt(LEFT, at)
    const right = fade * chordAt(RIGHT, at)
    if (this.channels === 1) {
      pcm[i] = (left + right) / 2
    } else {
      pcm[2 * i] = left
      pcm[2 * i + 1] = right
    }
  }
}

function chordAt(partials: readonly Partial[], at: number): number {
  const seconds = at / SAMPLE_RATE
  let sum = 0
  for (const { hz, gain, swellHz } of partials) {
    const swell = 0.75 + 0.25 * Math.sin(2 * Math.PI * swellHz * seconds)
    sum += gain * swell * Math.sin(2 * Math.PI * hz * seconds)
  }
  return sum
}
