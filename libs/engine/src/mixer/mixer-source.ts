import { FRAME_SAMPLES, type AudioSource, type Channels, type SourceItem } from '@pearcast/audio'
import type { RecordingFile } from '../recording/recording-file.ts'
import type { PcmBlock } from '../schema/media.ts'
import { Meter } from './meter.ts'
import type { Strips } from './strips.ts'

/** 300 ms: what a page that was held up sends at once may be this much; more is dropped, the oldest first. */
const MAX_QUEUED = 15

/**
 * The inputs of a page as one source: mixes each block when it comes, so the page's audio clock is the pace and nothing
 * drifts. A page that is gone sends nothing; the station is then quiet until one is back.
 */
export class MixerSource implements AudioSource {
  readonly channels: Channels
  readonly live = true
  readonly meter: Meter = new Meter()
  /** Blocks that came faster than they were read. */
  dropped = 0
  /** What is mixed goes in here as well. */
  file: RecordingFile | undefined
  readonly #strips: Strips
  readonly #queue: SourceItem[] = []
  readonly #mix: Float32Array = new Float32Array(2 * FRAME_SAMPLES)
  #give: ((item: SourceItem | undefined) => void) | undefined
  #closed = false

  constructor(strips: Strips, channels: Channels) {
    this.#strips = strips
    this.channels = channels
  }

  push(block: PcmBlock): void {
    if (this.#closed) return
    this.#strips.mix(block, this.#mix)
    const pcm = this.channels === 2 ? this.#mix.slice() : toMono(this.#mix)
    this.meter.add(pcm)
    this.#hand({ kind: 'pcm', pcm })
    this.file?.onProgramme(pcm)
  }

  read(): Promise<SourceItem | undefined> {
    const queued = this.#queue.shift()
    if (queued !== undefined || this.#closed) return Promise.resolve(queued)
    return new Promise((resolve) => (this.#give = resolve))
  }

  close(): Promise<void> {
    this.#closed = true
    this.#give?.(undefined)
    this.#give = undefined
    return Promise.resolve()
  }

  #hand(item: SourceItem): void {
    const give = this.#give
    this.#give = undefined
    if (give !== undefined) return give(item)
    this.#queue.push(item)
    if (this.#queue.length <= MAX_QUEUED) return
    this.#queue.shift()
    this.dropped++
  }
}

function toMono(stereo: Float32Array): Float32Array {
  const mono = new Float32Array(stereo.length / 2)
  for (let i = 0; i < mono.length; i++) mono[i] = ((stereo[2 * i] ?? 0) + (stereo[2 * i + 1] ?? 0)) / 2
  return mono
}
