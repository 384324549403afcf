import {
  compareTerm,
  ProtocolError,
  verifyAnnouncement,
  type Announcement,
  type Sodium,
  type VerifiedSession,
} from '@pearcast/protocol'
import { nowS, nowUs } from '../clock.ts'
import type { IdentityStore } from '../identity/store.ts'
import { untimelyText } from '../text.ts'
import type { Intake } from './intake.ts'
import type { TunerEvent } from './tuner-event.ts'

export interface StationWordOptions {
  sodium: Sodium
  stationKey: Uint8Array
  store: IdentityStore | undefined
  intake: Intake
  onEvent: (event: TunerEvent) => void
}

type Term = Pick<VerifiedSession, 'generation' | 'term'>

/** What came of an announcement: `forged` is the guilt of who passed it on, for he has verified it. */
export type Verdict = 'forged' | 'nothing-new' | { isNewRun: boolean }

/** A clock that is wrong is told so often. */
const UNTIMELY_MS = 60_000

/** What the station has said of itself, over whatever way: which run counts, and what it is called and plays. */
export class StationWord {
  readonly #options: StationWordOptions
  #announcement: Announcement | undefined
  #newest: Term | undefined
  #untimelyToldUs = Number.NEGATIVE_INFINITY

  constructor(options: StationWordOptions) {
    this.#options = options
  }

  /** What is passed on to those below. */
  get announcement(): Announcement | undefined {
    return this.#announcement
  }

  /** The newest run heard of; older ones are refused. */
  get newest(): Term | undefined {
    return this.#newest
  }

  /** Reads what was heard before this start. */
  async recall(): Promise<void> {
    this.#newest = await this.#options.store?.lastHeard(this.#options.stationKey)
  }

  /** The station's record, which only the station can sign, names this run: an older one that somebody plays is refused. */
  outdate({ generation, term }: Term): void {
    if (this.#newest === undefined || compareTerm({ generation, term }, this.#newest) > 0)
      this.#newest = { generation, term }
  }

  /** A run that was verified. True when it is another one than the last heard here. */
  begin(session: VerifiedSession): boolean {
    const { intake, onEvent, store } = this.#options
    store?.remember(session.stationKey, session).catch((error: unknown) => {
      const message = `The station's latest run could not be remembered: ${String(error)}`
      onEvent({ event: 'error', code: 'MEMORY_NOT_SAVED', message })
    })
    this.outdate(session)
    return intake.begin(session)
  }

  /** An announcement from a parent. */
  take(announcement: Announcement): Verdict {
    const { onEvent, sodium, stationKey } = this.#options
    let session: VerifiedSession
    try {
      session = verifyAnnouncement(sodium, announcement, { stationKey, nowS: nowS() })
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      // Nobody's guilt for certain: the clocks may differ.
      if (error.code !== 'CERT_EXPIRED' && error.code !== 'CERT_NOT_YET_VALID') return 'forged'
      this.untimely(error.message)
      return 'nothing-new'
    }
    if (this.#newest !== undefined && compareTerm(session, this.#newest) < 0) return 'nothing-new'
    const before = this.#announcement
    const isSameRun = before !== undefined && compareTerm(session, runOf(before)) === 0
    if (isSameRun && announcement.about.serial <= before.about.serial) return 'nothing-new'
    const isNewRun = this.begin(session)
    this.#announcement = announcement
    const { bitrate, channels, description, nowPlaying, title } = announcement.about
    onEvent({ event: 'station', title, channels, bitrate, description, nowPlaying })
    return { isNewRun }
  }

  /** The station was found, and its time is not ours: told now and then, for every dial says so. */
  untimely(detail: string): void {
    if (nowUs() - this.#untimelyToldUs < UNTIMELY_MS * 1000) return
    this.#untimelyToldUs = nowUs()
    const message = untimelyText(detail, Date.now())
    this.#options.onEvent({ event: 'error', code: 'STATION_CLOCK', message })
  }
}

function runOf({ chain }: Announcement): Term {
  return { generation: chain.encoder.generation, term: chain.session.term }
}
