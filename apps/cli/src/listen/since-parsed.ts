import type { ListenEvent } from '@pearcast/station'

/**
 * The listener counts `ms` from its own start; a user waits from the Enter key. What loading the program took
 * after the arguments were parsed is added, so that "first sound" hides nothing.
 */
export function sinceParsed(event: ListenEvent, loadedMs: number): ListenEvent {
  const { event: name } = event
  const isSinceStart = name === 'connected' || name === 'first-audio' || name === 'path'
  return isSinceStart ? { ...event, ms: event.ms + loadedMs } : event
}
