import type { Via } from '@pearcast/protocol'
import type { RelayStats } from '@pearcast/station'
import type { Colors, Line } from '../terminal/output.ts'
import { troubleLine } from '../terminal/trouble-line.ts'
import { clock, count, printable, rate } from '../terminal/text.ts'
import { connectedText, distrustText, VIA_WORDS } from '../terminal/words.ts'
import type { CarryingEvent } from './relay-event.ts'

type State = 'searching' | 'fed' | 'lost' | 'off-air'

/** Why nobody is served, for those who run the relay. */
const LEAF_WORDS: Readonly<Record<NonNullable<RelayStats['leaf']>, string>> = {
  asked: 'nobody is served: it was switched off',
  metered: 'nobody is served: this connection is metered',
  unreachable:
    'nobody is served: others cannot reach this computer, or that is not known yet; "pearcast doctor" tells more',
  'no-uplink':
    '--uplink is too little for a listener: nobody is served (one takes about 230 kbit/s at 96 kbit/s of Opus)',
}

const LINK_CHARACTERS = 19

/** One station that is carried, as people see it. */
export class CarriedView {
  readonly #colors: Colors
  readonly #link: string
  #state: State = 'searching'
  #title = ''
  #fedAtMs: number | undefined
  #isFound = false
  #wasConnected = false
  #children = 0
  #stats: RelayStats | undefined

  constructor(colors: Colors, link: string) {
    this.#colors = colors
    this.#link = link
  }

  get stats(): RelayStats | undefined {
    return this.#stats
  }

  get isFed(): boolean {
    return this.#state === 'fed'
  }

  /** Its title, or the beginning of its link. */
  get name(): string {
    return this.#title === '' ? `${this.#link.slice(0, LINK_CHARACTERS)}…` : `“${this.#title}”`
  }

  /** Takes in an event. @returns what is worth a line */
  apply(event: CarryingEvent, nowMs: number): Line[] {
    switch (event.event) {
      case 'searching':
        return [info('Searching for the station …')]
      case 'connected':
        return [info(this.#connected(event.ms, event.via))]
      case 'station':
        return this.#name(event.title)
      case 'parent':
        return this.#feed(event.key, event.hops, nowMs)
      case 'path':
        return []
      case 'relaying':
        return this.#found()
      case 'withdrawn':
        this.#isFound = false
        return []
      case 'child-joined':
        this.#children++
        return [info(`+ ${event.id} gets it from here (${VIA_WORDS[event.via]}); ${this.#count()}`)]
      case 'child-left':
        this.#children = Math.max(0, this.#children - 1)
        return [info(`- ${event.id} left (${printable(event.reason)}); ${this.#count()}`)]
      case 'distrusted':
        return [{ level: 'warn', text: distrustText(event.reason) }]
      case 'reconnecting':
        if (this.#state === 'off-air') return []
        return [{ level: 'warn', text: `The connection is lost; reconnecting (attempt ${event.attempt}).` }]
      case 'off-air':
        this.#state = 'off-air'
        return [info('The station is not on air. Waiting for it …')]
      case 'stats':
        this.#stats = event
        this.#children = event.children
        return [{ level: 'debug', text: this.statusLine(nowMs) }]
      case 'error':
        return [troubleLine(event)]
      case 'ended':
        return [
          info(
            `${this.name} is no longer carried (${printable(event.reason)}); ${megabytes(event.bytesSent)} passed on.`,
          ),
        ]
    }
  }

  /** The state, the figures, and why nobody is served: a line each, so that a narrow terminal shows them. */
  statusBlock(nowMs: number): string[] {
    const { dim } = this.#colors
    const why = this.#whyNobody()
    const rates = this.#rates()
    return [
      [this.#toldSince(nowMs), ...this.#places()].join(dim(' · ')),
      ...(rates.length === 0 ? [] : [`  ${rates.join(dim(' · '))}`]),
      ...(why === undefined ? [] : [dim(`  ${why}`)]),
    ]
  }

  /** "carrying “Jazz” 0:12 · 3 listeners · straight from the station · 480 kbit/s out of 2 Mbit/s · 161 kbit/s in" */
  statusLine(nowMs: number): string {
    return [this.#toldSince(nowMs), ...this.#places(), ...this.#rates()].join(this.#colors.dim(' · '))
  }

  /** Among others: without the time, and with the reason in the same line. */
  shortLine(): string {
    const why = this.#whyNobody()
    const parts = [
      this.#told(),
      ...this.#places().slice(0, 1),
      ...this.#rates().slice(0, 1),
      ...(why === undefined ? [] : [why]),
    ]
    return parts.join(this.#colors.dim(' · '))
  }

  #toldSince(nowMs: number): string {
    if (this.#state !== 'fed' || this.#fedAtMs === undefined) return this.#told()
    return `${this.#told()} ${clock(nowMs - this.#fedAtMs)}`
  }

  #told(): string {
    const { green, yellow } = this.#colors
    switch (this.#state) {
      case 'searching':
        return yellow(`searching for ${this.name} …`)
      case 'fed':
        return green(`carrying ${this.name}`)
      case 'lost':
        return yellow(`looking for somebody who sends ${this.name} …`)
      case 'off-air':
        return yellow(`${this.name} is not on air; waiting for it …`)
    }
  }

  /** Who gets it, and which way it comes. */
  #places(): string[] {
    const stats = this.#stats
    return stats === undefined || this.#state !== 'fed' ? [] : [this.#count(), way(stats.hops)]
  }

  #rates(): string[] {
    const stats = this.#stats
    if (stats === undefined || this.#state !== 'fed') return []
    return [`${rate(stats.bps)} out of ${rate(stats.limitBps)}`, `${rate(stats.inBps)} in`]
  }

  #whyNobody(): string | undefined {
    if (this.#state !== 'fed' || this.#children > 0) return undefined
    const leaf = this.#stats?.leaf
    if (leaf) return LEAF_WORDS[leaf]
    return this.#isFound
      ? 'nobody has asked for it yet'
      : 'nobody can find this relay yet: it is being announced'
  }

  #connected(ms: number, via: Via): string {
    const isAgain = this.#wasConnected
    this.#wasConnected = true
    return connectedText(via, isAgain ? undefined : ms)
  }

  #name(title: string): Line[] {
    const before = this.#title
    this.#title = printable(title, 60)
    return this.#title === '' || this.#title === before ? [] : [info(`This is ${this.name}.`)]
  }

  #feed(key: string | null, hops: number, nowMs: number): Line[] {
    if (key === null) {
      if (this.#state !== 'fed') return []
      this.#state = 'lost'
      return [{ level: 'warn', text: 'Nobody sends it any more; looking for somebody who does.' }]
    }
    if (this.#state !== 'fed') this.#fedAtMs = nowMs
    this.#state = 'fed'
    return [info(`It comes ${way(hops)}.`)]
  }

  #found(): Line[] {
    const isNews = !this.#isFound
    this.#isFound = true
    return isNews ? [info('Others can get it from here now.')] : []
  }

  #count(): string {
    return count(this.#children, 'listener')
  }
}

function way(relays: number): string {
  return relays === 0 ? 'straight from the station' : `through ${count(relays, 'other relay')}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function info(text: string): Line {
  return { level: 'info', text }
}
