import type { ListeningEffect } from '@pearcast/session-fsm'
import { refusalText } from '../text.ts'
import type { TunerEvent } from './tuner-event.ts'

export type Notice = Extract<ListeningEffect, { type: 'notify' }>

/** What the listening machine has to tell, as an event; undefined for what is no news to a user. `ms` since the start. */
export function eventOf(notice: Notice, ms: number): TunerEvent | undefined {
  switch (notice.event) {
    case 'searching':
      return { event: 'searching' }
    case 'connected':
      return { event: 'connected', ms, via: notice.via }
    case 'off-air':
      return { event: 'off-air' }
    case 'suspect':
      // The link is dead for all we hear; that it is dialled again is what a user should know.
      return { event: 'reconnecting', attempt: 1 }
    case 'refused':
      return {
        event: 'error',
        code: `REFUSED_${notice.reason.toUpperCase().replaceAll('-', '_')}`,
        message: refusalText(notice.reason, notice.retryMs),
      }
    // What the connection manager tells with more detail, or what is no news at all.
    case 'buffering':
    case 'playing':
    case 'quiet':
    case 'new-session':
    case 'older-session':
    case 'reconnecting':
      return undefined
  }
}
