import type { VirtualPeer } from './virtual-peer.ts'

/** A DHT node answers at most so many entries of a topic. */
const ENTRIES = 20

/** The topic of helpers: who announces itself there. */
export class Topic {
  readonly #announced: VirtualPeer[] = []

  announce(peer: VirtualPeer): void {
    if (peer.isRoot || peer.announcedAt >= 0) return
    peer.announcedAt = this.#announced.push(peer) - 1
  }

  unannounce(peer: VirtualPeer): void {
    const at = peer.announcedAt
    if (at < 0) return
    peer.announcedAt = -1
    const last = this.#announced.pop()
    if (last === undefined || last === peer) return
    this.#announced[at] = last
    last.announcedAt = at
  }

  /** What a search finds: some of them, as the luck of the one who searches has it. */
  find(seeker: VirtualPeer, tell: (found: VirtualPeer) => void): void {
    const helpers = this.#announced
    for (let i = 0; i < Math.min(ENTRIES, helpers.length); i++) {
      const helper = helpers[Math.floor(seeker.random() * helpers.length)]
      if (helper !== undefined) tell(helper)
    }
  }
}
