import type { Step } from '../scenarios/scenario.ts'
import type { Program, ProgramEvent } from './program.ts'

/** What happened in a run, and how the listener fared, in ms after the first sound. */
export interface Timeline {
  marks: Mark[]
  /** One for each `stats` event of the listener: one a second. */
  looks: Look[]
}

interface Mark {
  atMs: number
  /** `step`: the scenario did it; the others: the listener told it. */
  kind: 'step' | 'gap' | 'reconnecting' | 'connected' | 'path' | 'error'
  text: string
  /** How long it lasted until `atMs`. */
  forMs?: number
}

interface Look {
  atMs: number
  /** Frames since the look before. */
  played: number
  concealed: number
  lost: number
  latencyMs?: number
  bufferMs?: number
  path?: string
}

/** A step, and when it was taken, Unix time, ms. */
export interface Taken {
  step: Step
  t: number
}

/** Of a listener that heard something; undefined otherwise. */
export function timelineOf(listener: Program, taken: readonly Taken[]): Timeline | undefined {
  const firstAt = listener.last('first-audio')?.t
  if (firstAt === undefined) return undefined
  const steps = taken.map(({ step, t }): Mark => ({ atMs: t - firstAt, kind: 'step', text: stepText(step) }))
  const told = listener.events.flatMap((event) => markOf(event, firstAt))
  return {
    marks: [...steps, ...told].toSorted((a, b) => a.atMs - b.atMs),
    looks: looksOf(listener.of('stats'), firstAt),
  }
}

/** In a few words, for the margin of a chart. */
export function stepText(step: Step): string {
  if ('signal' in step) return `${SIGNALS[step.signal]} ${step.role}`
  if ('lose' in step) return 'DHT nodes killed'
  if ('restart' in step) return `restarts: ${step.restart}`
  if ('stallMs' in step) return `source stalls ${step.stallMs} ms`
  const { fault } = step
  switch (fault.name) {
    case 'rebind':
      return `NAT rebinds: ${fault.args[0]}`
    case 'setPublicAddress':
      return `new address: ${fault.args[0]}`
    case 'roam':
      return `${fault.args[0]} roams`
    case 'setLink':
      return `other line: ${fault.args[0]}`
    case 'cut': {
      const [site, direction, on] = fault.args
      const way = direction === 'both' ? '' : `, ${direction}`
      return on ? `cut: ${site}${way}` : `mended: ${site}${way}`
    }
  }
}

const SIGNALS = { SIGSTOP: 'sleeps:', SIGCONT: 'wakes:', SIGKILL: 'killed:' } as const

function markOf(event: ProgramEvent, firstAt: number): Mark[] {
  const atMs = event.t - firstAt
  // How it came to the first sound is told by that.
  if (atMs < 0) return []
  switch (event.event) {
    case 'gap': {
      const forMs = numberOf(event['ms']) ?? 0
      return [{ atMs, kind: 'gap', text: `${forMs} ms of silence`, forMs }]
    }
    case 'reconnecting':
      return [{ atMs, kind: 'reconnecting', text: 'dials again' }]
    case 'connected':
      return [{ atMs, kind: 'connected', text: `connected, ${String(event['via'])}` }]
    case 'path':
      return [{ atMs, kind: 'path', text: `path ${String(event['to'])}` }]
    case 'error':
      return [{ atMs, kind: 'error', text: String(event['code']) }]
    default:
      return []
  }
}

function looksOf(stats: readonly ProgramEvent[], firstAt: number): Look[] {
  let before: ProgramEvent | undefined
  const since = (event: ProgramEvent, field: string): number =>
    Math.max(0, (numberOf(event[field]) ?? 0) - (numberOf(before?.[field]) ?? 0))
  return stats.map((event): Look => {
    const latencyMs = numberOf(Object(event['latencyMs'])['p50'])
    const bufferMs = numberOf(event['bufferMs'])
    const path = event['path']
    const look: Look = {
      atMs: event.t - firstAt,
      played: since(event, 'framesPlayed'),
      concealed: since(event, 'framesConcealed'),
      lost: since(event, 'framesLost'),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(bufferMs === undefined ? {} : { bufferMs }),
      ...(typeof path === 'string' ? { path } : {}),
    }
    before = event
    return look
  })
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
