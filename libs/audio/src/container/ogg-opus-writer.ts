import type { Channels } from '../format.ts'
import { buildOggPage, lacingLength, MAX_LACING } from './ogg-page.ts'
import { buildOpusHead, buildOpusTags } from './opus-header.ts'

export interface OggOpusOptions {
  channels: Channels
  /** identifies the logical stream; any 32 bits */
  serial: number
  /** samples that a player drops at the beginning; default libopus' look-ahead at 48 kHz */
  preSkip?: number | undefined
  title?: string | undefined
}

/** libopus' encoder delay of 6.5 ms. */
const LIBOPUS_PRE_SKIP = 312

/** RFC 7845 section 6: pages of at most a second. */
const PAGE_SAMPLES = 48_000

/** Packs Opus packets, unchanged, into Ogg pages (RFC 7845). Every returned piece is a whole number of pages. */
export class OggOpusWriter {
  /** samples of all packets so far, pre-skip included */
  samples = 0
  readonly #options: OggOpusOptions
  #sequence = 0
  #pending: Uint8Array[] = []
  #pendingLacing = 0
  #pendingSamples = 0

  constructor(options: OggOpusOptions) {
    this.#options = options
  }

  /** The two header pages; once, before all else. */
  headers(): Uint8Array {
    const { channels, preSkip, title } = this.#options
    const head = this.#page([buildOpusHead(channels, preSkip ?? LIBOPUS_PRE_SKIP)], 0, { beginsStream: true })
    const tags = this.#page([buildOpusTags('pearCast', title)], 0)
    const pages = new Uint8Array(head.length + tags.length)
    pages.set(head)
    pages.set(tags, head.length)
    return pages
  }

  /**
   * @param packet kept until its page is full
   * @param samples what it decodes to, from its TOC
   * @returns a page, when one became full
   */
  add(packet: Uint8Array, samples: number): Uint8Array | undefined {
    const lacing = lacingLength(packet)
    const full = this.#pendingSamples >= PAGE_SAMPLES || this.#pendingLacing + lacing > MAX_LACING
    const page = full ? this.#flush(this.samples) : undefined
    this.#pending.push(packet)
    this.#pendingLacing += lacing
    this.#pendingSamples += samples
    this.samples += samples
    return page
  }

  /**
   * The last page.
   * @param trimSamples of the last packet that are not to be heard
   */
  end(trimSamples = 0): Uint8Array {
    return this.#flush(this.samples - trimSamples, { endsStream: true })
  }

  #flush(granule: number, flags: { endsStream?: boolean } = {}): Uint8Array {
    const page = this.#page(this.#pending, granule, flags)
    this.#pending = []
    this.#pendingLacing = 0
    this.#pendingSamples = 0
    return page
  }

  #page(
    packets: readonly Uint8Array[],
    granule: number,
    flags: { beginsStream?: boolean; endsStream?: boolean } = {},
  ): Uint8Array {
    const { serial } = this.#options
    return buildOggPage({ ...flags, granule, serial, sequence: this.#sequence++ }, packets)
  }
}
