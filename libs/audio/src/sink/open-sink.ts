import { AudioError } from '../error.ts'
import type { Channels } from '../format.ts'
import type { PacerOptions } from '../pacer.ts'
import { nullWriter, PacedSink } from './paced-sink.ts'
import type { Sink } from './sink.ts'
import { WavWriter } from './wav-writer.ts'

export interface OpenSinkOptions {
  channels: Channels
  /** of null and file sinks; a test gives virtual time */
  pacing?: PacerOptions | undefined
}

/**
 * Chooses where the sound goes; nothing is opened or created before `start`.
 * @param spec `speakers`, `null`, or the path of a file to record to, ending in .wav or .opus
 * @throws AudioError OUTPUT_UNSUPPORTED
 */
export function openSink(spec: string, options: OpenSinkOptions): Promise<Sink> {
  return Promise.resolve().then(() => chooseSink(spec, options))
}

function chooseSink(spec: string, { channels, pacing }: OpenSinkOptions): Sink {
  if (spec === 'null') return new PacedSink(nullWriter, channels, pacing)
  if (spec.toLowerCase().endsWith('.wav'))
    return new PacedSink(new WavWriter(spec, channels), channels, pacing)
  throw AudioError.outputUnsupported(spec)
}
