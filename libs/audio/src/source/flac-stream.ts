import { readFlacMetadata } from '../container/flac-metadata.ts'
import type { FlacMetadata } from '../container/flac-metadata.ts'
import { lastFlacSample } from '../container/flac-tail.ts'
import { AudioError } from '../error.ts'
import type { Bytes } from './bytes.ts'
import type { PcmStream } from './pcm-stream.ts'
import { interleave, quietly } from './quietly.ts'

/** A tenth to half a second of audio. */
const READ_BYTES = 16 * 1024
const LAST_BLOCK_FLAG = 0x80

interface FlacPcm {
  channelData: Float32Array[]
  samplesDecoded: number
}

interface FlacDecoder {
  decode(bytes: Uint8Array): Promise<FlacPcm>
  flush(): Promise<FlacPcm>
  reset(): Promise<void>
  free(): void
}

/** FLAC by libFLAC; the file is read in pieces, its pictures and other metadata are stepped over. */
export class FlacStream implements PcmStream {
  readonly sampleRate: number
  readonly channels: number
  readonly title: string | undefined
  readonly durationS: number | undefined
  readonly #bytes: Bytes
  readonly #metadata: FlacMetadata
  readonly #decoder: FlacDecoder
  #offset = 0
  #state: 'head' | 'audio' | 'ended' = 'head'

  private constructor(bytes: Bytes, metadata: FlacMetadata, decoder: FlacDecoder) {
    this.#bytes = bytes
    this.#metadata = metadata
    this.#decoder = decoder
    this.#offset = metadata.audioOffset
    this.sampleRate = metadata.sampleRate
    this.channels = metadata.channels
    this.title = metadata.title
    this.durationS = metadata.totalSamples === 0 ? undefined : metadata.totalSamples / metadata.sampleRate
  }

  /** @param start where `fLaC` stands. @throws AudioError */
  static async open(bytes: Bytes, start: number, allowTruncated: boolean): Promise<FlacStream> {
    const metadata = await readFlacMetadata(bytes, start)
    if (!allowTruncated) await refuseTruncated(bytes, metadata)
    const { FLACDecoder } = await import('@wasm-audio-decoders/flac')
    const decoder = new FLACDecoder()
    await decoder.ready
    return new FlacStream(bytes, metadata, decoder)
  }

  async read(): Promise<Float32Array | undefined> {
    while (this.#state !== 'ended') {
      const { channelData, samplesDecoded } = await this.#decodeNext()
      if (samplesDecoded > 0 && channelData.length === this.channels)
        return interleave(channelData, samplesDecoded)
    }
    return undefined
  }

  async rewind(): Promise<void> {
    // flush() has already reset the decoder at the end of a pass.
    if (this.#state === 'audio') await this.#decoder.reset()
    this.#offset = this.#metadata.audioOffset
    this.#state = 'head'
  }

  async close(): Promise<void> {
    this.#decoder.free()
    await this.#bytes.close()
  }

  async #decodeNext(): Promise<FlacPcm> {
    if (this.#state === 'head') {
      this.#state = 'audio'
      return this.#decode((decoder) => decoder.decode(flacHead(this.#metadata)))
    }
    const chunk = await this.#bytes.readAt(this.#offset, READ_BYTES)
    this.#offset += chunk.length
    if (chunk.length > 0) return this.#decode((decoder) => decoder.decode(chunk))
    this.#state = 'ended'
    return this.#decode((decoder) => decoder.flush())
  }

  async #decode(step: (decoder: FlacDecoder) => Promise<FlacPcm>): Promise<FlacPcm> {
    try {
      return await quietly(() => step(this.#decoder))
    } catch (error) {
      throw AudioError.fileCorrupt(this.#bytes.name, 'its FLAC frames cannot be decoded', error)
    }
  }
}

/** A FLAC file's beginning with nothing but the stream description. */
function flacHead({ streamInfo }: FlacMetadata): Uint8Array {
  return Uint8Array.of(0x66, 0x4c, 0x61, 0x43, LAST_BLOCK_FLAG, 0, 0, streamInfo.length, ...streamInfo)
}

async function refuseTruncated(bytes: Bytes, metadata: FlacMetadata): Promise<void> {
  const { totalSamples, sampleRate } = metadata
  if (totalSamples === 0) return
  const reached = (await lastFlacSample(bytes, metadata)) ?? 0
  if (reached >= totalSamples) return
  const announced = `${(totalSamples / sampleRate).toFixed(1)} s`
  throw AudioError.fileTruncated(bytes.name, reached / sampleRate, bytes.size, announced)
}
