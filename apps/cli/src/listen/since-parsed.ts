import type { ListenEvent } from '@pearcast/station'

/**
 * The listener counts `ms` from its own start; a user waits from the Enter key. What loading the program took
 * after the arguments were parsed is added, so that "first sound" hides nothing.
 */
export function sinceParsed(event: ListenEvent, loadedMs: number): ListenEvent {
  switch (event.event) {
    case 'connected':
    case 'first-audio':
    case 'path':
      return { ...event, ms: event.ms + loadedMs }
    default:
      return event
  }
}
