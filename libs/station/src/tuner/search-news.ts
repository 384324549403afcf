import type { Via } from '@pearcast/protocol'
import type { ConnectionEvent } from '@pearcast/swarm'
import { impostorText } from '../text.ts'
import { eventOf, type Notice } from './notices.ts'
import type { TunerEvent } from './tuner-event.ts'

/** A station that cannot be reached may be heard through relays: those who carry it have so long before it counts as off air. */
const OTHERS_MS = 3000

export interface SearchNewsOptions {
  sinceStartMs: () => number
  /** How the audio comes now. */
  via: () => Via | undefined
  isRelayed: () => boolean
  /** Directly or through others. */
  isReached: () => boolean
  /** Nobody who was found answers, and nobody else carries the station. */
  onOffAir: () => void
  /** The station's certificate is not valid now. */
  onUntimely: (detail: string) => void
  onEvent: (event: TunerEvent) => void
}

/** What is told of the search and of the connection: everything once, and nothing that the audio contradicts. */
export class SearchNews {
  readonly #options: SearchNewsOptions
  /** Told; that the search goes on is then no news. */
  #offAir = false
  /** That the connection is lost was told, and not yet that it is back. */
  #isReconnecting = false
  #nobodyTimer: NodeJS.Timeout | undefined

  constructor(options: SearchNewsOptions) {
    this.#options = options
  }

  /** From the listening machine. */
  notify(notice: Notice): void {
    if (notice.event === 'connected' || notice.event === 'playing') this.#offAir = false
    if (notice.event === 'off-air') this.#offAir = true
    const event = eventOf(notice, this.#options.sinceStartMs()) ?? this.#recovered(notice)
    if (event === undefined) return
    this.#isReconnecting = event.event === 'reconnecting'
    this.#options.onEvent(event)
  }

  /** From those who dial the station. */
  onConnection(event: Exclude<ConnectionEvent, { type: 'link-lost' }>): void {
    const { isRelayed, onEvent, onUntimely } = this.#options
    switch (event.type) {
      case 'reconnecting':
        if (this.#offAir || isRelayed()) return
        this.#isReconnecting = true
        return onEvent({ event: 'reconnecting', attempt: event.attempt })
      case 'off-air':
        return this.#nobodyAtHome()
      case 'impostor':
        return onEvent({ event: 'error', code: 'IMPOSTOR', message: impostorText(event.id, event.detail) })
      case 'attempt-failed':
        if (event.code === 'CERTIFICATE') onUntimely(event.detail)
        return
      case 'searching':
        return
    }
  }

  stop(): void {
    clearTimeout(this.#nobodyTimer)
  }

  /** What was said to be lost is there again, by the same link or by another one. */
  #recovered({ event }: Notice): TunerEvent | undefined {
    const via = this.#options.via()
    if (event !== 'playing' || !this.#isReconnecting || via === undefined) return undefined
    return { event: 'connected', ms: this.#options.sinceStartMs(), via }
  }

  /** Who the search found has failed. */
  #nobodyAtHome(): void {
    this.#nobodyTimer ??= setTimeout(() => {
      this.#nobodyTimer = undefined
      if (!this.#options.isReached()) this.#options.onOffAir()
    }, OTHERS_MS)
  }
}
