import type { Readable } from 'node:stream'
import { AudioError } from '../error.ts'
import { channelsOf, FRAME_SAMPLES, SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import type { FfmpegEnd } from '../ffmpeg/ffmpeg.ts'
import { withGain } from './gain.ts'
import { PcmPipe } from './pcm-pipe.ts'
import type { AudioSource, OpenSourceOptions, SourceItem, SourceNotice } from './source.ts'

/** A running recorder: 32-bit float PCM at 48 kHz, in the channels that were asked for. */
export interface Capture {
  readonly stdout: Readable
  readonly ended: Promise<FfmpegEnd>
  kill(): Promise<void>
}

/** @throws AudioError NO_AUDIO_INPUT, INPUT_DEVICE_UNKNOWN, NO_FFMPEG */
export type OpenCapture = (channels: Channels) => Promise<Capture>

export interface MicOptions extends OpenSourceOptions {
  onNotice?: ((notice: SourceNotice) => void) | undefined
}

/** Older sound than this is not waited for: nobody listened, or this process was held up. 200 ms. */
const MAX_BLOCKS = 10
/** A device that gives nothing for so long is gone, whatever it says. */
const MUTE_MS = 3000
const RETRY_MS = 1000
/** Bluetooth and some interfaces take their time. */
const FIRST_SOUND_MS = 10_000

/**
 * A microphone or line input, as the recorder gives it: live, never ahead. A device that is lost is told and tried again
 * until it is back.
 */
export class MicSource implements AudioSource {
  readonly live = true
  readonly channels: Channels
  readonly title = 'Live'
  readonly #open: OpenCapture
  readonly #onNotice: (notice: SourceNotice) => void
  readonly #blocks: Float32Array[] = []
  #block: Float32Array
  #filled = 0
  #wake: (() => void) | undefined
  #capture: Capture | undefined
  #running: Promise<void> | undefined
  #closed = false
  #endPause: (() => void) | undefined

  private constructor(open: OpenCapture, { onNotice, ...settings }: MicOptions) {
    this.#open = open
    this.#onNotice = onNotice ?? (() => undefined)
    this.channels = channelsOf(settings)
    this.#block = new Float32Array(FRAME_SAMPLES * this.channels)
  }

  /** Resolves with the first sound. @throws AudioError NO_AUDIO_INPUT, INPUT_DEVICE_UNKNOWN, NO_FFMPEG */
  static async open(openCapture: OpenCapture, options: MicOptions): Promise<AudioSource> {
    const mic = new MicSource(openCapture, options)
    try {
      await mic.#begin()
    } catch (error) {
      await mic.close()
      throw error
    }
    return withGain(mic, options.gainDb ?? 0)
  }

  async read(): Promise<SourceItem | undefined> {
    for (;;) {
      const pcm = this.#blocks.shift()
      if (pcm !== undefined) return { kind: 'pcm', pcm }
      if (this.#closed) return undefined
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#endPause?.()
    this.#wake?.()
    await this.#capture?.kill()
    await this.#running
  }

  async #begin(): Promise<void> {
    const capture = await this.#open(this.channels)
    this.#capture = capture
    const pumping = this.#pump(capture)
    let patience: NodeJS.Timeout | undefined
    const failure = await Promise.race([
      new Promise<void>((resolve) => (this.#wake = resolve)),
      pumping,
      new Promise<AudioError>((resolve) => {
        const silent = AudioError.noAudioInput('the device gives no sound')
        patience = setTimeout(resolve, FIRST_SOUND_MS, silent)
      }),
    ])
    clearTimeout(patience)
    if (failure instanceof AudioError) throw failure
    this.#running = pumping.then((error) => this.#keepTrying(error))
  }

  /** Until the device is lost. @returns why */
  async #pump(capture: Capture): Promise<AudioError> {
    const layout = { encoding: 'f32le', sampleRate: SAMPLE_RATE, channels: this.channels } as const
    const pipe = new PcmPipe('the microphone', capture.stdout, layout)
    let isMute = false
    for (;;) {
      const watchdog = setTimeout(() => {
        isMute = true
        pipe.cancel()
      }, MUTE_MS)
      const pcm = await pipe.read().catch(() => undefined)
      clearTimeout(watchdog)
      if (pcm === undefined) break
      this.#take(pcm)
    }
    await capture.kill()
    const end = await capture.ended
    if (!end.started) return AudioError.noFfmpeg('recording from a device')
    return AudioError.noAudioInput(isMute ? 'the device gives no sound any more' : end.said)
  }

  async #keepTrying(lost: AudioError): Promise<void> {
    let error = lost
    while (!this.#closed) {
      this.#onNotice({ kind: 'lost', error })
      const capture = await this.#reopen()
      if (capture === undefined) return
      this.#capture = capture
      error = await this.#pump(capture)
    }
  }

  async #reopen(): Promise<Capture | undefined> {
    for (;;) {
      await this.#pause(RETRY_MS)
      if (this.#closed) return undefined
      const capture = await this.#open(this.channels).catch(() => undefined)
      if (capture === undefined) continue
      if (!this.#closed) return capture
      await capture.kill()
    }
  }

  #take(pcm: Float32Array): void {
    let at = 0
    while (at < pcm.length) {
      const part = pcm.subarray(at, at + this.#block.length - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled < this.#block.length) return
      this.#blocks.push(this.#block)
      if (this.#blocks.length > MAX_BLOCKS) this.#blocks.shift()
      this.#block = new Float32Array(this.#block.length)
      this.#filled = 0
      this.#wake?.()
    }
  }

  /** Ends early when the source is closed. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
