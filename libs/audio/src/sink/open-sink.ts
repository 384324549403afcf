import { extname } from 'node:path'
import { AudioError } from '../error.ts'
import type { Channels } from '../format.ts'
import type { PacerOptions } from '../pacer.ts'
import { nullWriter, PacedSink } from './paced-sink.ts'
import type { BlockWriter } from './paced-sink.ts'
import type { Sink } from './sink.ts'

export interface OpenSinkOptions {
  channels: Channels
  /** of null and file sinks; a test gives virtual time */
  pacing?: PacerOptions | undefined
}

/**
 * Chooses where the sound goes; no file is created before `start`.
 * @param spec `speakers`, `null`, or the path of a file to record to, ending in .wav or .opus
 * @throws AudioError OUTPUT_UNSUPPORTED, NO_AUDIO_DEVICE
 */
export async function openSink(spec: string, { channels, pacing }: OpenSinkOptions): Promise<Sink> {
  if (spec === 'speakers') {
    const { SpeakerSink } = await import('./speakers.ts')
    return SpeakerSink.open(channels)
  }
  return new PacedSink(await chooseWriter(spec, channels), channels, pacing)
}

async function chooseWriter(spec: string, channels: Channels): Promise<BlockWriter> {
  if (spec === 'null') return nullWriter
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
