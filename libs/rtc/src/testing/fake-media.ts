import type { PeerTransport } from '../peer-transport.ts'
import { rtpPacket } from './pair.ts'

/**
 * A source of media for tests that need no microphone, file, codec or browser: numbered RTP packets at a steady pace, each
 * with the header extension of a frame and an Opus packet of 20 ms of silence. It keeps what it sent, and repeats it when
 * asked.
 */
export class FakeMedia {
  readonly sent: Map<number, Uint8Array> = new Map()
  readonly #everyMs: number
  #next: number
  #timer: NodeJS.Timeout | undefined

  constructor({ everyMs = 20, first = 0 }: { everyMs?: number; first?: number } = {}) {
    this.#everyMs = everyMs
    this.#next = first
  }

  /** Sends from now on. Resolves when it has sent so many. */
  play(over: Pick<PeerTransport, 'sendRtp'>, packets: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setInterval(() => {
        const packet = opusPacket(this.#next)
        this.sent.set(this.#next, packet)
        over.sendRtp(packet)
        this.#next = (this.#next + 1) & 0xffff
        if (this.sent.size < packets) return
        this.stop()
        resolve()
      }, this.#everyMs)
    })
  }

  /** For `onRepairRequest`. */
  repeat(over: Pick<PeerTransport, 'sendRtp'>, sequenceNumbers: readonly number[]): void {
    for (const number of sequenceNumbers) {
      const packet = this.sent.get(number)
      if (packet !== undefined) over.sendRtp(packet)
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** RFC 6716: CELT, fullband, 20 ms, stereo, one frame, whose first symbol says silence; what follows is not read. */
const SILENCE = [0xfc, 0xff, 0xfe]
const PAYLOAD_BYTES = 241

function opusPacket(sequenceNumber: number): Uint8Array {
  const packet = rtpPacket(sequenceNumber, PAYLOAD_BYTES)
  packet.set(SILENCE, packet.length - PAYLOAD_BYTES)
  return packet
}
