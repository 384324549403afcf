import { AudioError } from '../error.ts'
import { channelsOf } from '../format.ts'
import { readId3 } from '../container/id3.ts'
import { BlockSource } from './block-source.ts'
import { openFileBytes } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { ByteWindow } from './byte-window.ts'
import { DETECT_BYTES, detectFormat } from './detect-format.ts'
import { scanOpus } from './opus-packets.ts'
import type { OpusScan } from './opus-packets.ts'
import { OpusStream } from './opus-stream.ts'
import { PassthroughSource } from './passthrough-source.ts'
import type { PcmStream } from './pcm-stream.ts'
import type { AudioSource, OpenSourceOptions } from './source.ts'
import { ToneSource } from './tone.ts'

/** What fits one datagram beside its seal, header and signature. */
const DEFAULT_MAX_PACKET_BYTES = 900

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

/** The same of bytes that are already open. */
export async function openBytes(bytes: Bytes, options: OpenSourceOptions): Promise<AudioSource> {
  const loop = options.loop ?? false
  const opened = await openFormat(bytes, options.allowTruncated ?? false)
  if (opened.kind === 'opus' && passesThrough(opened.scan, options)) {
    return new PassthroughSource(bytes, opened.scan, loop)
  }
  return BlockSource.open(bytes.name, decoderOf(bytes, opened), channelsOf(options), loop)
}

function passesThrough(scan: OpusScan, options: OpenSourceOptions): boolean {
  return scan.uniform && scan.maxPacketBytes <= (options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES)
}

/** Decodes any supported file to PCM in its own rate and channels. */
export async function openPcmStream(bytes: Bytes, allowTruncated: boolean): Promise<PcmStream> {
  return decoderOf(bytes, await openFormat(bytes, allowTruncated))
}

/** Ogg Opus may not need a decoder: it is scanned first. */
type Opened = { kind: 'pcm'; stream: PcmStream } | { kind: 'opus'; scan: OpusScan }

function decoderOf(bytes: Bytes, opened: Opened): PcmStream {
  return opened.kind === 'pcm' ? opened.stream : new OpusStream(bytes, opened.scan)
}

/** The decoder of a format is loaded by the first file that has it. */
async function openFormat(bytes: Bytes, allowTruncated: boolean): Promise<Opened> {
  const id3 = await readId3(new ByteWindow(bytes))
  const start = id3.endOffset
  const format = detectFormat(await bytes.readAt(start, DETECT_BYTES))
  switch (format.kind) {
    case 'wav': {
      const { WavStream } = await import('./wav-stream.ts')
      return { kind: 'pcm', stream: await WavStream.open(bytes, allowTruncated) }
    }
    case 'flac': {
      const { FlacStream } = await import('./flac-stream.ts')
      return { kind: 'pcm', stream: await FlacStream.open(bytes, start, allowTruncated) }
    }
    case 'ogg-opus':
      return { kind: 'opus', scan: await scanOpus(bytes, allowTruncated) }
    case 'unsupported':
      throw AudioError.formatUnsupported(bytes.name, format.name)
    case 'unknown': {
      // MPEG audio has no signature: whether there are frames decides.
      const { Mp3Stream } = await import('./mp3-stream.ts')
      const stream = await Mp3Stream.open(bytes, start, id3.title, allowTruncated)
      if (stream === undefined) throw AudioError.fileNotAudio(bytes.name)
      return { kind: 'pcm', stream }
    }
  }
}
