import { FRAME_SAMPLES } from '@pearcast/audio'
import type { Announcement, StationAbout } from '@pearcast/protocol'
import type { BroadcastSession } from './session.ts'

type About = Pick<StationAbout, 'bitrate' | 'channels' | 'description' | 'title'>

/** What the station says of itself, signed anew whenever it changes, and with each new certificate. */
export class Announcing {
  readonly #session: BroadcastSession
  readonly #about: About
  readonly #changed: (announcement: Announcement) => void
  #nowPlaying = ''
  #current: Announcement | undefined

  constructor(session: BroadcastSession, about: About, changed: (announcement: Announcement) => void) {
    this.#session = session
    this.#about = about
    this.#changed = changed
  }

  get current(): Announcement | undefined {
    this.#current ??= this.#sign()
    return this.#current
  }

  nowPlaying(text: string): void {
    if (text === this.#nowPlaying) return
    this.#nowPlaying = text
    this.renew()
  }

  renew(): void {
    this.#current = this.#sign()
    if (this.#current !== undefined) this.#changed(this.#current)
  }

  #sign(): Announcement | undefined {
    return this.#session.announce({
      ...this.#about,
      frameSamples: FRAME_SAMPLES,
      nowPlaying: this.#nowPlaying,
    })
  }
}
