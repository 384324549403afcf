import { FRAME_SAMPLES } from '../format.ts'
import type { Channels } from '../format.ts'
import { Pacer } from '../pacer.ts'
import type { PacerOptions } from '../pacer.ts'
import type { PlayedSlot, Sink, SinkIo } from './sink.ts'

/** Two and a half times real time: a machine that paused held up the frames as well, and they need a moment to arrive. */
const CATCH_UP_MS = 8

/** Where a paced sink leaves its blocks. */
export interface BlockWriter {
  /** Before the first block. @throws AudioError */
  open(io: Pick<SinkIo, 'onError' | 'onNotice'>): Promise<void>
  /** One pulled block; must not wait. The array is used again for the next block. */
  write(block: Float32Array): void
  /** One played slot, before the block in which it begins. */
  slot?(slot: PlayedSlot): void
  close(): Promise<void>
}

/** Pulls 20 ms blocks as a sound card would, on a drift-free schedule. */
export class PacedSink implements Sink {
  readonly onPlayed?: (slot: PlayedSlot) => void
  readonly #writer: BlockWriter
  readonly #pacer: Pacer
  readonly #block: Float32Array
  #running: Promise<void> | undefined

  constructor(writer: BlockWriter, channels: Channels, pacing: PacerOptions = {}) {
    this.#writer = writer
    this.#pacer = new Pacer({ catchUpMs: CATCH_UP_MS, ...pacing })
    this.#block = new Float32Array(FRAME_SAMPLES * channels)
    if (writer.slot !== undefined) this.onPlayed = (slot) => writer.slot?.(slot)
  }

  async start(io: SinkIo): Promise<void> {
    await this.#writer.open(io)
    this.#running = this.#run(io)
    // A throwing pull() is the caller's bug; stop() hands it out.
    this.#running.catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#pacer.stop()
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    try {
      await running
    } finally {
      await this.#writer.close()
    }
  }

  async #run(io: SinkIo): Promise<void> {
    while (await this.#pacer.next(FRAME_SAMPLES)) {
      io.pull(this.#block)
      this.#writer.write(this.#block)
    }
  }
}

/** Keeps nothing: a listener without ears, paced like one with. */
export const nullWriter: BlockWriter = {
  open: () => Promise.resolve(),
  write: () => undefined,
  close: () => Promise.resolve(),
}
