import { AudioError } from '../error.ts'
import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { PcmPipe } from '../source/pcm-pipe.ts'
import type { PcmStream } from '../source/pcm-stream.ts'
import { FfmpegProcess, lastWord } from './ffmpeg.ts'
import type { FfmpegEnd } from './ffmpeg.ts'

/** What ffmpeg is given to decode, and how its failure is told. */
export interface FfmpegInput {
  name: string
  /** up to and including `-i` and its value */
  args: readonly string[]
  stdin?: 'ignore' | 'inherit'
  /** @param heard whether sound had come before */
  failure(end: FfmpegEnd, heard: boolean): AudioError
}

/** Decoded by an ffmpeg process, as fast as it is read. */
export class FfmpegStream implements PcmStream {
  readonly sampleRate: typeof SAMPLE_RATE = SAMPLE_RATE
  readonly channels: Channels
  readonly #input: FfmpegInput
  #process: FfmpegProcess
  #pipe: PcmPipe
  #heard = false
  #cancelled = false

  constructor(input: FfmpegInput, channels: Channels) {
    this.channels = channels
    this.#input = input
    ;({ process: this.#process, pipe: this.#pipe } = this.#start())
  }

  async read(): Promise<Float32Array | undefined> {
    const pcm = await this.#pipe.read().catch(() => undefined)
    if (pcm !== undefined) {
      this.#heard = true
      return pcm
    }
    if (this.#cancelled) return undefined
    const end = await this.#process.ended
    if (!end.started || end.code !== 0 || !this.#heard) throw this.#input.failure(end, this.#heard)
    return undefined
  }

  async rewind(): Promise<void> {
    await this.#process.kill()
    ;({ process: this.#process, pipe: this.#pipe } = this.#start())
  }

  cancel(): void {
    this.#cancelled = true
    this.#pipe.cancel()
  }

  async close(): Promise<void> {
    this.cancel()
    await this.#process.kill()
  }

  #start(): { process: FfmpegProcess; pipe: PcmPipe } {
    const { args, name, stdin } = this.#input
    const layout = { encoding: 'f32le', sampleRate: SAMPLE_RATE, channels: this.channels } as const
    const output = [
      '-vn',
      '-f',
      layout.encoding,
      '-ar',
      `${SAMPLE_RATE}`,
      '-ac',
      `${this.channels}`,
      'pipe:1',
    ]
    const process = new FfmpegProcess([...args, ...output], stdin)
    return { process, pipe: new PcmPipe(name, process.stdout, layout) }
  }
}

/**
 * A file of any format that the ffmpeg of this machine reads.
 * @param what the format in words when it is known, for example `an AIFF file`, or our own refusal of it
 */
export function ffmpegFile(
  path: string,
  channels: Channels,
  what: string | AudioError | undefined,
): PcmStream {
  return new FfmpegStream(
    {
      name: path,
      // Local files only: a file may be a playlist that names others, elsewhere.
      args: ['-protocol_whitelist', 'file', '-i', `file:${path}`],
      failure(end, heard) {
        if (what === undefined && !heard) return AudioError.fileNotAudio(path)
        if (what instanceof AudioError && !heard) return what
        if (!end.started) return AudioError.noFfmpeg(`"${path}" is ${String(what)}`)
        return AudioError.fileCorrupt(path, `ffmpeg says: ${lastWord(end.said)}`)
      },
    },
    channels,
  )
}

/** Standard input in a format that is not bare PCM. @param format ffmpeg's name of it, or `auto` */
export function ffmpegStdin(format: string, channels: Channels): PcmStream {
  const forced = format === 'auto' ? [] : ['-f', format]
  return new FfmpegStream(
    {
      name: 'standard input',
      args: ['-protocol_whitelist', 'pipe', ...forced, '-i', 'pipe:0'],
      stdin: 'inherit',
      failure(end, heard) {
        if (!end.started) return AudioError.noFfmpeg(`standard input in the format "${format}"`)
        const why = `ffmpeg says: ${lastWord(end.said)}`
        if (heard) return AudioError.fileCorrupt('standard input', why)
        return AudioError.inputEmpty('standard input', why)
      },
    },
    channels,
  )
}
