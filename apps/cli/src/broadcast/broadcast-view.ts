import type { BroadcastEvent, BroadcastStats } from '@pearcast/station'
import type { Path, Via } from '@pearcast/protocol'
import type { Colors, Line } from '../terminal/output.ts'
import { troubleLine } from '../terminal/trouble-line.ts'
import { clock, count, printable } from '../terminal/text.ts'
import { route } from '../terminal/words.ts'
import type { InputEvent } from './input-event.ts'

/** Up to so many listeners have a line each in the status; more are counted. */
const MAX_LINES = 5
/** Up to so many are named where there is one line for all. */
const MAX_NAMED = 3

/** A broadcast as people see it, made from its events alone. */
export class BroadcastView {
  readonly #colors: Colors
  readonly #hint: { before: string; after: string }
  readonly #listeners = new Map<string, { path: Path; via: Via }>()
  /** What was told of each relay that --via names. */
  readonly #relays = new Map<string, string>()
  #onAirAtMs: number | undefined
  #source: 'waiting' | 'live' | 'stalled' | 'ended' = 'waiting'
  #latest: BroadcastStats | undefined
  #latestAtMs = 0
  #kbitPerS = 0

  /** @param hint what a listener types before the link, and after it */
  constructor(colors: Colors, hint: { before: string; after: string } = { before: 'pearcast', after: '' }) {
    this.#colors = colors
    this.#hint = hint
  }

  /** Takes in an event. @returns what is worth a line */
  apply(event: BroadcastEvent | InputEvent, nowMs: number): Line[] {
    switch (event.event) {
      case 'on-air':
        this.#onAirAtMs = nowMs
        return this.#announcement(event.link)
      case 'listener-joined':
        this.#listeners.set(event.id, event)
        return [info(`+ ${event.id} listens (${route(event.path, event.via)}); ${this.#count()}`)]
      case 'listener-path':
        this.#listeners.set(event.id, event)
        return [info(`~ ${event.id} now hears it over ${route(event.path, event.via)}`)]
      case 'listener-left':
        this.#listeners.delete(event.id)
        return [info(`- ${event.id} left (${printable(event.reason)}); ${this.#count()}`)]
      case 'via':
        return this.#viaLines(event)
      case 'source':
        return this.#sourceLines(event.state)
      case 'silence':
        return [silenceLine(event.state, event.ms)]
      case 'track':
        return [info(trackLine(event))]
      case 'skipped':
        return [{ level: 'warn', text: `Skipped: ${printable(event.message, 1000)}` }]
      case 'input-lost':
        return [{ level: 'warn', text: `${printable(event.message, 1000)}; trying again.` }]
      case 'stats':
        this.#measure(event, nowMs)
        return [{ level: 'debug', text: this.statusLine(nowMs) }]
      case 'error':
        return [troubleLine(event)]
      case 'ended':
        return [
          info(
            `Off air (${printable(event.reason)}) after ${clock(event.durationMs)}; ${count(event.framesSent, 'frame')} sent.`,
          ),
        ]
    }
  }

  /** What a terminal shows at its bottom: the line below, the level, and each listener with how it is reached. */
  statusBlock(nowMs: number): string[] {
    const { dim } = this.#colors
    const level = this.#latest?.level
    const meter = level ? [`  ${meterLine(level.peakDb)}`] : []
    const named = this.#listeners.size <= MAX_LINES ? [...this.#listeners] : []
    const listeners = named.map(([id, { path, via }]) => `  ${dim(id)}  ${route(path, via)}`)
    return [this.#line(nowMs, this.#byPath()), ...meter, ...listeners]
  }

  /** On air since when, to whom, and how much. */
  statusLine(nowMs: number): string {
    return this.#line(nowMs, this.#who())
  }

  #line(nowMs: number, who: string): string {
    const { dim, green, yellow } = this.#colors
    if (this.#onAirAtMs === undefined) return dim('going on air …')
    const state = {
      waiting: green('on air'),
      live: green('on air'),
      stalled: yellow('stalled'),
      ended: dim('ended'),
    }
    const parts = [`${state[this.#source]} ${clock(nowMs - this.#onAirAtMs)}`, who]
    const level = this.#latest?.level
    if (level) parts.push(`level ${level.peakDb.map((db) => db.toFixed(0)).join(' / ')} dB`)
    if (this.#kbitPerS > 0) parts.push(this.#uplink())
    return parts.join(dim(' · '))
  }

  /** A relay that stays away is asked again and again, for the same reason. */
  #viaLines(event: Extract<BroadcastEvent, { event: 'via' }>): Line[] {
    const state = event.state === 'connected' ? '' : event.message
    if (this.#relays.get(event.key) === state) return []
    this.#relays.set(event.key, state)
    return [viaLine(event)]
  }

  #announcement(link: string): Line[] {
    const { bold, cyan, dim } = this.#colors
    return [
      info(''),
      info(bold('On air. Anyone with this link can listen:')),
      info(''),
      info(`  ${bold(cyan(link))}`),
      info(''),
      info(dim(`Listen with:  ${this.#hint.before} listen ${link}${this.#hint.after}`)),
      info(''),
    ]
  }

  #sourceLines(state: 'live' | 'stalled' | 'ended'): Line[] {
    const before = this.#source
    if (state === 'stalled' && before === 'waiting')
      return [info('Waiting for the first sound of the source.')]
    this.#source = state
    switch (state) {
      case 'live':
        return before === 'stalled' ? [info('The source is back.')] : []
      case 'stalled':
        return [{ level: 'warn', text: 'The source gives no audio; listeners hear silence until it does.' }]
      case 'ended':
        return [info('The source has ended; listeners hear the rest.')]
    }
  }

  #measure(stats: BroadcastStats, nowMs: number): void {
    const before = this.#latest
    const elapsedMs = nowMs - this.#latestAtMs
    if (before && elapsedMs > 0) this.#kbitPerS = ((stats.bytesSent - before.bytesSent) * 8) / elapsedMs
    this.#latest = stats
    this.#latestAtMs = nowMs
  }

  /** What goes out, and of how much, where that is known. */
  #uplink(): string {
    const sent = `${this.#kbitPerS.toFixed(0)} kbit/s sent`
    const uplinkBps = this.#latest?.uplinkBps ?? null
    return uplinkBps === null ? sent : `${sent} of about ${(uplinkBps / 1000).toFixed(0)}`
  }

  #count(): string {
    return count(this.#listeners.size, 'listener')
  }

  #who(): string {
    if (this.#listeners.size === 0 || this.#listeners.size > MAX_NAMED) return this.#byPath()
    const names = [...this.#listeners].map(([id, { path, via }]) => `${id} ${route(path, via)}`)
    return `${this.#count()} (${names.join('; ')})`
  }

  #byPath(): string {
    if (this.#listeners.size === 0) return 'no listeners'
    const byPath = new Map<Path, number>()
    for (const [, { path }] of this.#listeners) byPath.set(path, (byPath.get(path) ?? 0) + 1)
    return `${this.#count()} (${[...byPath].map(([path, n]) => `${n} ${path}`).join(', ')})`
  }
}

const METER_CELLS = 24
const METER_FLOOR_DB = -60

/** A bar for each channel, from -60 dB to full scale. */
function meterLine(peakDb: readonly number[]): string {
  return peakDb
    .map((db) => {
      const share = Math.min(1, Math.max(0, 1 - db / METER_FLOOR_DB))
      const cells = Math.round(share * METER_CELLS)
      return `${'▮'.repeat(cells)}${'▯'.repeat(METER_CELLS - cells)}`
    })
    .join('  ')
}

function info(text: string): Line {
  return { level: 'info', text }
}

function silenceLine(state: 'begins' | 'ends', ms: number): Line {
  const seconds = (ms / 1000).toFixed(0)
  if (state === 'ends') return info(`The source is to be heard again, after ${seconds} s of silence.`)
  const text = `The source has been silent for ${seconds} s: is it muted, unplugged, or too soft (--gain)?`
  return { level: 'warn', text }
}

function trackLine({ durationS, name, title }: Extract<InputEvent, { event: 'track' }>): string {
  const length = durationS === null ? '' : ` (${clock(durationS * 1000)})`
  return `Now: ${printable(title ?? name)}${length}`
}

/** What became of a relay that `--via` names. */
function viaLine(event: Extract<BroadcastEvent, { event: 'via' }>): Line {
  const relay = `The relay ${event.key.slice(0, 8)}`
  if (event.state === 'connected') return info(`${relay} carries the station.`)
  const why = printable(event.message)
  return { level: 'warn', text: `${relay} does not carry the station now (${why}); trying again.` }
}
