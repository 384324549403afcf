import { AudioError } from '../error.ts'
import { channelsOf } from '../format.ts'
import type { Channels } from '../format.ts'
import { readId3 } from '../container/id3.ts'
import { BlockSource } from './block-source.ts'
import { openFileBytes } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { ByteWindow } from './byte-window.ts'
import { DETECT_BYTES, detectFormat } from './detect-format.ts'
import { withGain } from './gain.ts'
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
 * @param input `tone`, or the path of a file: WAV, MP3, FLAC, Opus in Ogg, WebM or MP4, else what ffmpeg reads; recognised by
 *   content. `./tone` is a file
 * @throws AudioError FILE_MISSING, IS_DIRECTORY, FILE_EMPTY, FILE_UNREADABLE, FILE_NOT_AUDIO, FORMAT_UNSUPPORTED,
 *   FILE_CORRUPT, FILE_TRUNCATED, NO_FFMPEG
 */
export async function openSource(input: string, options: OpenSourceOptions): Promise<AudioSource> {
  if (input === 'tone') return withGain(new ToneSource(channelsOf(options)), options.gainDb ?? 0)
  const bytes = await openFileBytes(input)
  try {
    return withGain(await openBytes(bytes, options), options.gainDb ?? 0)
  } catch (error) {
    await bytes.close()
    throw error
  }
}

/** The same of bytes that are already open. */
export async function openBytes(bytes: Bytes, options: OpenSourceOptions): Promise<AudioSource> {
  const loop = options.loop ?? false
  const opened = await openFormat(bytes, options.allowTruncated ?? false, channelsOf(options))
  if (opened.kind === 'opus' && passesThrough(opened.scan, options)) {
    return new PassthroughSource(bytes, opened.scan, loop)
  }
  return BlockSource.open(bytes.name, decoderOf(bytes, opened), channelsOf(options), loop)
}

function passesThrough(scan: OpusScan, options: OpenSourceOptions): boolean {
  return (
    scan.uniform &&
    (options.gainDb ?? 0) === 0 &&
    scan.maxPacketBytes <= (options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES)
  )
}

/** Decodes any supported file to PCM in its own rate and channels. */
export async function openPcmStream(bytes: Bytes, allowTruncated: boolean): Promise<PcmStream> {
  return decoderOf(bytes, await openFormat(bytes, allowTruncated, 2))
}

/** Ogg Opus may not need a decoder: it is scanned first. */
type Opened = { kind: 'pcm'; stream: PcmStream } | { kind: 'opus'; scan: OpusScan }

function decoderOf(bytes: Bytes, opened: Opened): PcmStream {
  return opened.kind === 'pcm' ? opened.stream : new OpusStream(bytes, opened.scan)
}

/** What we cannot decode ourselves goes through ffmpeg, when it is there. */
async function openFormat(bytes: Bytes, allowTruncated: boolean, channels: Channels): Promise<Opened> {
  try {
    return await openNatively(bytes, allowTruncated)
  } catch (error) {
    const isForeign = error instanceof ForeignFormat
    if (!isForeign && !(error instanceof AudioError && error.code === 'FORMAT_UNSUPPORTED')) throw error
    if (bytes.path === undefined) throw isForeign ? error.refusal(bytes.name) : error
    const { ffmpegFile } = await import('../ffmpeg/ffmpeg-stream.ts')
    await bytes.close()
    return { kind: 'pcm', stream: ffmpegFile(bytes.path, channels, isForeign ? error.what : error) }
  }
}

/** Not an error yet: another program may know the format. */
class ForeignFormat extends Error {
  /** in words, with article; undefined: nothing is known */
  readonly what: string | undefined

  constructor(what: string | undefined) {
    super(what)
    this.what = what
  }

  refusal(name: string): AudioError {
    return this.what === undefined
      ? AudioError.fileNotAudio(name)
      : AudioError.formatUnsupported(name, this.what)
  }
}

/** The decoder of a format is loaded by the first file that has it. */
async function openNatively(bytes: Bytes, allowTruncated: boolean): Promise<Opened> {
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
    case 'mp4':
    case 'matroska': {
      const { PacketStream, refuseCutOff } = await import('./packet-stream.ts')
      if (!allowTruncated) await refuseCutOff(bytes, format.kind)
      const stream = await PacketStream.open(bytes)
      if (stream === undefined) throw new ForeignFormat(format.name)
      return { kind: 'pcm', stream }
    }
    case 'foreign':
      throw new ForeignFormat(format.name)
    case 'unsupported':
      throw AudioError.formatUnsupported(bytes.name, format.name)
    case 'unknown': {
      // MPEG audio has no signature: whether there are frames decides.
      const { Mp3Stream } = await import('./mp3-stream.ts')
      const stream = await Mp3Stream.open(bytes, start, id3.title, allowTruncated)
      if (stream === undefined) throw new ForeignFormat(undefined)
      return { kind: 'pcm', stream }
    }
  }
}
