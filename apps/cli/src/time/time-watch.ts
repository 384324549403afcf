/** One look at the clocks. */
export interface ClockReading {
  /** runs while the computer runs, ms */
  monotonicMs: number
  /** runs while it sleeps as well, ms; coarse: some systems count whole seconds */
  uptimeMs: number
  /** can be set, ms since 1970 */
  wallMs: number
}

/** What the clocks say about the time between two looks. */
export type TimeEvent =
  /** Nothing ran for so long: the computer slept, or the process was stopped. */
  | { event: 'resumed'; pausedMs: number }
  /** The system's clock was set, forwards or backwards. */
  | { event: 'clock-set'; byMs: number }

/** A busy machine looks late by less. */
const PAUSED_MS = 3000
/** Less is what NTP does every day, and uptime in whole seconds looks like. */
const SET_MS = 2500

/** Compares two looks, `intervalMs` apart by plan. @returns what happened between them, if anything */
export function timeEvents(before: ClockReading, after: ClockReading, intervalMs: number): TimeEvent[] {
  const ranMs = after.monotonicMs - before.monotonicMs
  // Asleep, the monotonic clock of Linux and macOS stands still, and only uptime goes on.
  const uptimeMs = after.uptimeMs - before.uptimeMs
  const passedMs = uptimeMs - ranMs >= PAUSED_MS ? uptimeMs : ranMs
  const pausedMs = Math.round(passedMs - intervalMs)
  const byMs = Math.round(after.wallMs - before.wallMs - passedMs)
  return [
    ...(pausedMs >= PAUSED_MS ? [{ event: 'resumed', pausedMs } as const] : []),
    ...(Math.abs(byMs) >= SET_MS ? [{ event: 'clock-set', byMs } as const] : []),
  ]
}
