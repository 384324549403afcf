import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { openFileBytes } from '../source/bytes.ts'
import { BlockSource } from '../source/block-source.ts'
import { openPcmStream } from '../source/open-source.ts'
import type { PcmStream } from '../source/pcm-stream.ts'

export interface DecodedFile {
  /** interleaved, 48 kHz, cut to the file's length */
  pcm: Float32Array
  channels: Channels
  sampleRate: typeof SAMPLE_RATE
}

/**
 * A whole file of any supported format in memory, for measuring; a truncated one as far as it goes.
 * @param channels default: the file's own, down-mixed to two if it has more
 * @throws AudioError as `openSource`
 */
export async function decodeFile(path: string, channels?: Channels): Promise<DecodedFile> {
  const bytes = await openFileBytes(path)
  try {
    const counted = new CountingStream(await openPcmStream(bytes, true))
    const to = channels ?? (counted.channels === 1 ? 1 : 2)
    const pcm = await readAll(await BlockSource.open(path, counted, to, false))
    const samples = Math.round((counted.samplesRead * SAMPLE_RATE) / counted.sampleRate)
    return { pcm: pcm.subarray(0, samples * to), channels: to, sampleRate: SAMPLE_RATE }
  } finally {
    await bytes.close()
  }
}

async function readAll(source: BlockSource): Promise<Float32Array> {
  const blocks: Float32Array[] = []
  for (let item = await source.read(); item !== undefined; item = await source.read()) {
    if (item.kind === 'pcm') blocks.push(item.pcm)
  }
  const length = blocks[0]?.length ?? 0
  const pcm = new Float32Array(length * blocks.length)
  blocks.forEach((block, i) => pcm.set(block, i * length))
  return pcm
}

/** Remembers how much was decoded, which the padding of the last block hides. */
class CountingStream implements PcmStream {
  readonly sampleRate: number
  readonly channels: number
  samplesRead = 0
  readonly #stream: PcmStream

  constructor(stream: PcmStream) {
    this.#stream = stream
    this.sampleRate = stream.sampleRate
    this.channels = stream.channels
  }

  async read(): Promise<Float32Array | undefined> {
    const pcm = await this.#stream.read()
    this.samplesRead += (pcm?.length ?? 0) / this.channels
    return pcm
  }

  rewind(): Promise<void> {
    return this.#stream.rewind()
  }

  close(): Promise<void> {
    return this.#stream.close()
  }
}
