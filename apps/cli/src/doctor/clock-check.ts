import type { Check } from './doctor-event.ts'

interface Moment {
  /** s since 1970, of the clock that can be set; in ms */
  wallMs: number
  /** of the clock that only runs; ms */
  monotonicMs: number
}

/** Two readings this far apart are a step, and not the scheduler. */
const STEP_MS = 250
/** No computer of today lives before this: its battery is empty. */
const EARLIEST_MS = Date.UTC(2026, 0, 1)

/** How far the system's clock was set between two moments, ms; 0 when it just ran. */
export function clockStepMs(before: Moment, after: Moment): number {
  const step = after.wallMs - before.wallMs - (after.monotonicMs - before.monotonicMs)
  return Math.abs(step) < STEP_MS ? 0 : Math.round(step)
}

/**
 * What can be said of a clock without asking anybody for the time: whether it was set while we looked, and whether it
 * is years behind. Certificates are valid for 90 days and an hour before; audio follows a clock that is never set.
 */
export function clockCheck(before: Moment, after: Moment): Check {
  const name = 'clock'
  const overS = ((after.monotonicMs - before.monotonicMs) / 1000).toFixed(0)
  if (after.wallMs < EARLIEST_MS) {
    const date = new Date(after.wallMs).toISOString().slice(0, 10)
    const text = `The clock says ${date}: with such a date no certificate of a station is valid. Set the clock.`
    return { name, status: 'failed', text, code: 'CLOCK' }
  }
  const step = clockStepMs(before, after)
  if (step !== 0) {
    const text = `The clock was set by ${step} ms during these ${overS} s. Audio does not mind; look at what sets it.`
    return { name, status: 'warning', text, code: null }
  }
  const text = `The clock ran evenly for ${overS} s. Whether it is right was not measured: nobody was asked for the time.`
  return { name, status: 'ok', text, code: null }
}
