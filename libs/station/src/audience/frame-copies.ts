import { encodeFrameDatagramInto, encodeRtp, LIMITS, type Frame } from '@pearcast/protocol'

/**
 * The bytes of a frame as they go out, made once for all children: one datagram (a child that chose another channel
 * number costs one more) and, when somebody listens over WebRTC, one RTP packet. Remembers the latest frame only.
 */
export class FrameCopies {
  readonly #scratch = new Uint8Array(LIMITS.maxPlaintextBytes)
  readonly ssrc: number
  #inScratch: Frame | undefined
  #received: Frame | undefined
  #passedOn: Frame | undefined
  #channel = -1
  #datagram: Uint8Array = this.#scratch
  #inRtp: Frame | undefined
  #rtp: Uint8Array = new Uint8Array(0)

  constructor(ssrc: number) {
    this.ssrc = ssrc
  }

  /** The frame as it leaves here: as many hops from the broadcaster as this peer is. */
  at(frame: Frame, hops: number): Frame {
    if (frame.hops === hops) return frame
    if (frame !== this.#received || this.#passedOn?.hops !== hops) {
      this.#received = frame
      this.#passedOn = { ...frame, hops }
    }
    return this.#passedOn
  }

  /** A view that the next call for another frame or channel overwrites. */
  datagram(frame: Frame, channel: number): Uint8Array {
    if (frame !== this.#inScratch || channel !== this.#channel) {
      // One view for all: making one a child costs as much as asking for it.
      this.#datagram = this.#scratch.subarray(0, encodeFrameDatagramInto(this.#scratch, channel, frame))
      this.#inScratch = frame
      this.#channel = channel
    }
    return this.#datagram
  }

  rtp(frame: Frame): Uint8Array {
    if (frame !== this.#inRtp) {
      this.#rtp = encodeRtp(frame, { ssrc: this.ssrc })
      this.#inRtp = frame
    }
    return this.#rtp
  }
}
