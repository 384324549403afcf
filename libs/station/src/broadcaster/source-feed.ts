import { Pacer, type AudioSource, type SourceItem } from '@pearcast/audio'
import type { Frame, FrameSigner, SourceHeartbeat } from '@pearcast/protocol'

/** Turns PCM into one Opus packet; only called for sources that give PCM. */
export interface PacketEncoder {
  encode(pcm: Float32Array): Uint8Array
}

export interface SourceFeedOptions {
  source: AudioSource
  /** Made when the first PCM comes: a passed-through Ogg Opus file needs none. */
  createEncoder: () => PacketEncoder
  signer: FrameSigner
  /** Each frame as it goes on air. */
  publish: (frame: Frame) => void
  nowUs: () => number
  onState: (state: 'live' | 'stalled') => void
  /** Each item as it goes on air, for a meter. */
  onItem?: ((item: SourceItem) => void) | undefined
}

/** Items read ahead of their time: 1 s of 20 ms, so that a slow disk or decoder is not heard. */
const READ_AHEAD = 50
/** Items to begin with, and to go on with after a stall: a pipe that gives in bursts would stall again at once. 200 ms. */
const CUSHION = READ_AHEAD / 5
/**
 * A source that gives nothing for so long has stalled: listeners are told, so that silence is no loss. A hiccup shorter than
 * this only shifts the schedule.
 */
const STALL_MS = 200
/**
 * This process was held up for longer: go on from now. Catching up in a burst would make every listener skip to the live
 * edge; shifting the schedule loses nothing.
 */
const MAX_LATE_MS = 250

/**
 * Reads a source ahead, and at the pace of its own durations (or at once, if it is live) encodes, signs and publishes each
 * frame once, whatever the number of listeners. Sequence numbers start at 1; media time counts samples at 48 kHz from 0.
 */
export class SourceFeed {
  #headSeq = 0
  #ts48k = 0
  #stopped = false
  #sourceEnded = false
  #wake: (() => void) | undefined
  #pacer = new Pacer({ maxLateMs: MAX_LATE_MS })
  #encoder: PacketEncoder | undefined
  readonly #queue: SourceItem[] = []
  readonly #options: SourceFeedOptions

  constructor(options: SourceFeedOptions) {
    this.#options = options
  }

  get framesSent(): number {
    return this.#headSeq
  }

  /** What a heartbeat says now. */
  heartbeat(state: SourceHeartbeat['state']): SourceHeartbeat {
    return { headSeq: this.#headSeq, ts48k: this.#ts48k, wallclockUs: this.#options.nowUs(), state }
  }

  /** Resolves when the source has ended or `stop()` was called; rejects with what reading throws. */
  async run(): Promise<'ended' | 'stopped'> {
    const reading = this.#readAhead()
    // Awaited below; a failure must not count as unhandled while frames read before it still play.
    reading.catch(() => {})
    if (this.#options.source.live === true) return this.#runLive(reading)
    await this.#begin()
    while (!this.#stopped) {
      const item = this.#queue.shift()
      if (item === undefined) {
        if (this.#sourceEnded) break
        await this.#underrun()
        continue
      }
      this.#signal()
      if (await this.#pacer.next(durationSamples(item, this.#options.source.channels))) this.#publish(item)
    }
    // A stopped source may never answer its last read.
    if (this.#stopped) return 'stopped'
    await reading
    return 'ended'
  }

  stop(): void {
    this.#stopped = true
    this.#pacer.stop()
    this.#signal()
  }

  /** The source's own clock is the pace: each item goes out when it comes. */
  async #runLive(reading: Promise<void>): Promise<'ended' | 'stopped'> {
    let isStalled = true
    let stallTimer: NodeJS.Timeout | undefined
    while (!this.#stopped) {
      const item = this.#queue.shift()
      if (item === undefined) {
        if (this.#sourceEnded) break
        stallTimer ??= setTimeout(() => {
          isStalled = true
          this.#options.onState('stalled')
        }, STALL_MS)
        await this.#changed()
        continue
      }
      clearTimeout(stallTimer)
      stallTimer = undefined
      this.#signal()
      if (isStalled) this.#options.onState('live')
      isStalled = false
      this.#publish(item)
    }
    clearTimeout(stallTimer)
    if (this.#stopped) return 'stopped'
    await reading
    return 'ended'
  }

  #publish(item: SourceItem): void {
    const { nowUs, onItem, publish, signer, source } = this.#options
    const captureUs = nowUs()
    const payload = item.kind === 'opus' ? item.packet : this.#encode(item.pcm)
    this.#headSeq++
    publish(signer.sign({ seq: this.#headSeq, ts48k: this.#ts48k, captureUs, payload }))
    this.#ts48k += durationSamples(item, source.channels)
    onItem?.(item)
  }

  #encode(pcm: Float32Array): Uint8Array {
    this.#encoder ??= this.#options.createEncoder()
    return this.#encoder.encode(pcm)
  }

  /** A pipe may be open long before its first sound. */
  async #begin(): Promise<void> {
    const { onState } = this.#options
    const timer = setTimeout(onState, STALL_MS, 'stalled')
    await this.#filled(CUSHION)
    clearTimeout(timer)
    if (!this.#stopped && this.#queue.length > 0) onState('live')
  }

  async #underrun(): Promise<void> {
    const { onState } = this.#options
    let isStalled = false
    const timer = setTimeout(() => {
      isStalled = true
      onState('stalled')
    }, STALL_MS)
    await this.#filled(1)
    clearTimeout(timer)
    if (isStalled) await this.#filled(CUSHION)
    // The schedule starts anew: what comes after a stall is live, not late.
    this.#pacer = new Pacer({ maxLateMs: MAX_LATE_MS })
    if (isStalled && !this.#stopped && this.#queue.length > 0) onState('live')
  }

  async #readAhead(): Promise<void> {
    try {
      while (!this.#stopped) {
        const item = await this.#options.source.read()
        if (item === undefined) return
        this.#queue.push(item)
        this.#signal()
        while (this.#queue.length >= READ_AHEAD && !this.#stopped) await this.#changed()
      }
    } finally {
      this.#sourceEnded = true
      this.#signal()
    }
  }

  async #filled(items: number): Promise<void> {
    while (this.#queue.length < items && !this.#sourceEnded && !this.#stopped) await this.#changed()
  }

  /** Resolves at the next change of the queue. Two may wait (reader and player): both are woken. */
  #changed(): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#wake
      this.#wake = () => {
        others?.()
        resolve()
      }
    })
  }

  #signal(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

function durationSamples(item: SourceItem, channels: number): number {
  return item.kind === 'opus' ? item.samples : item.pcm.length / channels
}
