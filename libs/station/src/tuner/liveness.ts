import type { SourceHeartbeat } from '@pearcast/protocol'
import type { ListeningEvent } from '@pearcast/session-fsm'

/** Media silence from which the link is looked at; the listening machine has the last word. */
const SILENT_US = 300_000

/**
 * Hop liveness is not source liveness: a parent that sends heartbeats lives although the source is silent. Turns what
 * arrives, and what does not, into events of the listening machine. Pure: time is a parameter.
 */
export class Liveness {
  readonly #send: (event: ListeningEvent) => void
  /** Undefined before the first frame: until then the listening machine waits with timers of its own. */
  #lastMediaUs: number | undefined
  #lastAliveUs = 0
  #quiet = false
  #suspect = false
  /** No frame has come since the link was subscribed. */
  #awaiting = false

  constructor(send: (event: ListeningEvent) => void) {
    this.#send = send
  }

  /** The source has signed that it sends nothing now. */
  get quiet(): boolean {
    return this.#quiet
  }

  /** A new link gets its own time to speak, and says anew whether the source is quiet. */
  linkUp(nowUs: number): void {
    this.#lastAliveUs = nowUs
    this.#quiet = false
    this.#suspect = false
    this.#awaiting = true
  }

  /** A verified frame came. Hot. */
  media(nowUs: number): void {
    this.#lastMediaUs = nowUs
    this.#lastAliveUs = nowUs
    if (!this.#awaiting && !this.#suspect && !this.#quiet) return
    if (this.#awaiting) this.#send({ type: 'FIRST_AUDIO' })
    else if (this.#suspect) this.#send({ type: 'MEDIA_RESUMED' })
    else this.#send({ type: 'SOURCE_LIVE' })
    this.#awaiting = false
    this.#suspect = false
    this.#quiet = false
  }

  /** Anything authentic came from the parent. */
  alive(nowUs: number): void {
    this.#lastAliveUs = nowUs
  }

  heartbeat(heartbeat: SourceHeartbeat): void {
    if (heartbeat.state === 'live' || (this.#quiet && !this.#suspect)) return
    this.#quiet = true
    this.#suspect = false
    this.#send({ type: 'SOURCE_QUIET' })
  }

  /** Ten times a second while a link is up. */
  check(nowUs: number): void {
    // A quiet source is heard of by its heartbeats only.
    const heardUs = this.#quiet ? this.#lastAliveUs : this.#lastMediaUs
    if (heardUs === undefined || nowUs - heardUs < SILENT_US) return
    const silentUs = nowUs - heardUs
    const parentAlive = nowUs - this.#lastAliveUs < SILENT_US
    if (!parentAlive) this.#suspect = true
    this.#send({ type: 'MEDIA_SILENT', ms: Math.round(silentUs / 1000), parentAlive })
  }
}
