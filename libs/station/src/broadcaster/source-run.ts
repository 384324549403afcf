import type { StationEvent } from '@pearcast/session-fsm'
import type { BroadcastEvent } from '../events.ts'
import { codeOf, messageOf } from '../text.ts'
import type { SourceFeed } from './source-feed.ts'

export interface SourceRunOptions {
  /** Resolves when as many listen as are waited for. */
  gathered: () => Promise<void>
  /** After its end the station stays on air, quiet. */
  stayOnAir: boolean
  send: (event: StationEvent) => void
  onEvent: (event: BroadcastEvent) => void
}

/** A source from the gathering of its audience to its end, and what is told of it meanwhile. */
export class SourceRun {
  readonly #options: SourceRunOptions
  #gathering = false
  #told: 'live' | 'stalled' | 'ended' | undefined
  #failed = false

  constructor(options: SourceRunOptions) {
    this.#options = options
  }

  /** It ended with an error, and the broadcast with it. */
  get failed(): boolean {
    return this.#failed
  }

  /** Resolves when the source has ended, failed or was stopped. */
  async run(feed: SourceFeed): Promise<void> {
    const { gathered, onEvent, send, stayOnAir } = this.#options
    try {
      this.#gathering = true
      send({ type: 'SOURCE_STALLED' })
      await gathered()
      this.#gathering = false
      if ((await feed.run()) !== 'ended') return
    } catch (error) {
      this.#failed = !stayOnAir
      onEvent({ event: 'error', code: codeOf(error), message: messageOf(error) })
    }
    this.#tell('ended')
    // Quiet is not gone: listeners stay with a station whose heartbeats go on.
    send({ type: stayOnAir ? 'SOURCE_STALLED' : 'SOURCE_ENDED' })
  }

  /** From the feed. */
  onState(state: 'live' | 'stalled'): void {
    this.#options.send({ type: state === 'live' ? 'SOURCE_LIVE' : 'SOURCE_STALLED' })
    this.#tell(state)
  }

  /** The station machine has taken it in. */
  onTaken(state: 'live' | 'stalled'): void {
    // Waiting for the audience is no trouble of the source.
    if (!this.#gathering) this.#tell(state)
  }

  #tell(state: 'live' | 'stalled' | 'ended'): void {
    if (this.#told === state || this.#told === 'ended') return
    this.#told = state
    this.#options.onEvent({ event: 'source', state })
  }
}
