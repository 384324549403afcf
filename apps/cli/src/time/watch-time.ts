import { uptime } from 'node:os'
import type { Output } from '../terminal/output.ts'
import { printable } from '../terminal/text.ts'
import { timeEvents, type ClockReading, type TimeEvent } from './time-watch.ts'

const LOOK_MS = 1000

/** Tells when the computer slept and when its clock was set, while a command runs. @returns the end of it */
export function watchTime(output: Output): () => void {
  let before = look()
  const timer = setInterval(() => {
    const after = look()
    for (const event of timeEvents(before, after, LOOK_MS)) {
      output.event(event)
      output.line('info', printable(timeLine(event)))
    }
    before = after
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** What happened, and what is done about it. */
export function timeLine(event: TimeEvent): string {
  switch (event.event) {
    case 'resumed':
      return `Nothing ran here for ${seconds(event.pausedMs)}: the computer slept, or was stopped. Looking for the others again.`
    case 'clock-set':
      return `The computer's clock was set ${event.byMs < 0 ? 'back' : 'forward'} by ${seconds(event.byMs)}. The audio follows another clock and does not mind.`
  }
}

function seconds(ms: number): string {
  return `${(Math.abs(ms) / 1000).toFixed(0)} s`
}

function look(): ClockReading {
  return { monotonicMs: performance.now(), uptimeMs: uptime() * 1000, wallMs: Date.now() }
}
