import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { AudioError } from '../error.ts'
import { channelsOf } from '../format.ts'
import { BlockSource } from './block-source.ts'
import { withGain } from './gain.ts'
import { isPcmEncoding } from './pcm-samples.ts'
import type { AudioSource, OpenSourceOptions } from './source.ts'

/** What comes through the pipe; a pipe has no name and no header that would tell. */
export interface StdinFormat {
  /** `s16le`, `f32le` …, else ffmpeg's name of a format, or `auto` */
  format: string
  /** of bare PCM, Hz */
  sampleRate: number
  /** of bare PCM, 1..8 */
  channels: number
}

/** A test has pipes of its own. */
export interface StandardInput {
  isTerminal(): boolean
  open(): Readable
}

/** Opened only when it is read here: Node makes it non-blocking, for an ffmpeg that inherits it as well. */
const ours: StandardInput = { isTerminal: () => isatty(0), open: () => process.stdin }

/**
 * Standard input: bare PCM is read here, anything else by an ffmpeg that inherits the pipe. It is read no faster than it is
 * broadcast, so that its writer waits.
 * @throws AudioError STDIN_IS_TERMINAL
 */
export async function openStdin(
  { channels, format, sampleRate }: StdinFormat,
  options: OpenSourceOptions,
  input: StandardInput = ours,
): Promise<AudioSource> {
  if (input.isTerminal()) throw AudioError.stdinIsTerminal()
  const to = channelsOf(options)
  const source = isPcmEncoding(format)
    ? await BlockSource.wait(
        new (await import('./pcm-pipe.ts')).PcmPipe('standard input', input.open(), {
          encoding: format,
          sampleRate,
          channels,
        }),
        to,
      )
    : await BlockSource.wait((await import('../ffmpeg/ffmpeg-stream.ts')).ffmpegStdin(format, to), to)
  return withGain(source, options.gainDb ?? 0)
}
