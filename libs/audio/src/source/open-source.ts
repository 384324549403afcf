import { AudioError } from '../error.ts'
import { channelsOf } from '../format.ts'
import { BlockSource } from './block-source.ts'
import { openFileBytes } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { DETECT_BYTES, detectFormat } from './detect-format.ts'
import type { PcmStream } from './pcm-stream.ts'
import type { AudioSource, OpenSourceOptions } from './source.ts'
import { ToneSource } from './tone.ts'
import { WavStream } from './wav-stream.ts'

/**
 * Opens what is to be broadcast.
 * @param input `tone`, or the path of a WAV, MP3, FLAC or Ogg Opus file (recognised by content); `./tone` is a file
 * @throws AudioError FILE_MISSING, IS_DIRECTORY, FILE_EMPTY, FILE_UNREADABLE, FILE_NOT_AUDIO, FORMAT_UNSUPPORTED,
 *   FILE_CORRUPT, FILE_TRUNCATED
 */
export async function openSource(input: string, options: OpenSourceOptions): Promise<AudioSource> {
  if (input === 'tone') return new ToneSource(channelsOf(options))
  const bytes = await openFileBytes(input)
  try {
    return await openBytes(bytes, options)
  } catch (error) {
    await bytes.close()
    throw error
  }
}

async function openBytes(bytes: Bytes, options: OpenSourceOptions): Promise<AudioSource> {
  const stream = await openPcmStream(bytes, options.allowTruncated ?? false)
  return BlockSource.open(stream, channelsOf(options), options.loop ?? false)
}

/** Decodes any supported file to PCM in its own rate and channels. */
export async function openPcmStream(bytes: Bytes, allowTruncated: boolean): Promise<PcmStream> {
  const format = detectFormat(await bytes.readAt(0, DETECT_BYTES))
  switch (format?.kind) {
    case 'wav':
      return WavStream.open(bytes, allowTruncated)
    case 'unsupported':
      throw AudioError.formatUnsupported(bytes.name, format.name)
    default:
      throw AudioError.fileNotAudio(bytes.name)
  }
}
