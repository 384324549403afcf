import { extname } from 'node:path'
import type { Writable } from 'node:stream'
import { AudioError } from '../error.ts'
import type { Channels } from '../format.ts'
import type { PacerOptions } from '../pacer.ts'
import { nullWriter, PacedSink } from './paced-sink.ts'
import type { BlockWriter } from './paced-sink.ts'
import type { Sink } from './sink.ts'

export interface OpenSinkOptions {
  channels: Channels
  /** of null, pipe and file sinks; a test gives virtual time */
  pacing?: PacerOptions | undefined
  /** of the speakers, 1: as it is */
  volume?: number | undefined
  /** of the speakers: an id or name; default: the system's default */
  device?: string | undefined
  /** where `-` goes; default: standard output */
  pipe?: Writable | undefined
}

/**
 * Chooses where the sound goes; no file is created before `start`.
 * @param spec `speakers`, `null`, `-` for bare PCM (s16le, 48 kHz) on a pipe, or the path of a file to record to, ending in
 *   .wav or .opus
 * @throws AudioError OUTPUT_UNSUPPORTED, NO_AUDIO_DEVICE, OUTPUT_DEVICE_UNKNOWN, DEVICE_NOT_SELECTABLE, NO_FFMPEG
 */
export async function openSink(spec: string, options: OpenSinkOptions): Promise<Sink> {
  const { channels, pacing } = options
  if (spec === 'speakers') {
    const { SpeakerSink } = await import('./speakers.ts')
    return SpeakerSink.open(channels, options)
  }
  return new PacedSink(await chooseWriter(spec, options), channels, pacing)
}

async function chooseWriter(spec: string, { channels, pipe }: OpenSinkOptions): Promise<BlockWriter> {
  if (spec === 'null') return nullWriter
  if (spec === '-') {
    const { PipeWriter } = await import('./pipe-writer.ts')
    return new PipeWriter(pipe ?? process.stdout, channels)
  }
  switch (extname(spec).toLowerCase()) {
    case '.wav': {
      const { WavWriter } = await import('./wav-writer.ts')
      return new WavWriter(spec, channels)
    }
    case '.opus': {
      const { OpusFileWriter } = await import('./opus-file-writer.ts')
      return new OpusFileWriter(spec, channels)
    }
    default:
      throw AudioError.outputUnsupported(spec)
  }
}
