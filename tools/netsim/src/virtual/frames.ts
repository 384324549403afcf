import type { Agenda } from './agenda.ts'
import { virtualFrame, type VirtualFrame } from './frame.ts'
import type { Heard } from './ears.ts'
import type { Link } from './link.ts'
import type { Media } from './media.ts'
import { FRAME_MS, type Source } from './source.ts'
import type { VirtualPeer } from './virtual-peer.ts'

/** Media frame by frame, through the forwarders of libs/relay: slow, and what the intervals are held against. */
export class FrameMedia implements Media {
  readonly #agenda: Agenda
  readonly #source: Source
  readonly #wake: (peer: VirtualPeer) => void

  constructor(agenda: Agenda, source: Source, wake: (peer: VirtualPeer) => void) {
    this.#agenda = agenda
    this.#source = source
    this.#wake = wake
  }

  start(peer: VirtualPeer): void {
    if (!peer.isRoot) return
    let sent = -1
    this.#agenda.every(FRAME_MS, () => {
      const { nowMs } = this.#agenda
      const seq = this.#source.seqAt(nowMs)
      if (seq > sent) peer.relay.publish(virtualFrame(seq, 0), nowMs)
      sent = seq
      return peer.alive
    })
  }

  before(): void {}
  after(): void {}
  voiceChanged(): void {}
  refresh(): void {}
  serve(): void {}

  heard({ ears }: VirtualPeer): Heard {
    return ears.latest
  }

  putsOff(): boolean {
    return false
  }

  nextMs(): number {
    return Infinity
  }

  sendFrame(link: Link, { seq }: VirtualFrame, hops: number): void {
    if (link.state !== 'up' || link.isCut) return
    const frame = virtualFrame(seq, hops)
    this.#agenda.after(link.delayMs, () => {
      const { dialer, host } = link
      if (link.state !== 'up' || !dialer.alive) return
      const { nowMs } = this.#agenda
      const outcome = dialer.relay.frame(host.key, frame, nowMs)
      if (outcome === 'forwarded' || outcome === 'kept')
        dialer.ears.hear(this.#source, seq, seq, nowMs, nowMs)
      this.#wake(dialer)
    })
  }

  sendBeat(link: Link, headSeq: number): void {
    if (link.state !== 'up' || link.isCut) return
    this.#agenda.after(link.delayMs, () => {
      const { dialer, host } = link
      if (link.state !== 'up' || !dialer.alive) return
      dialer.relay.beat(host.key, headSeq, this.#agenda.nowMs)
      this.#wake(dialer)
    })
  }
}
