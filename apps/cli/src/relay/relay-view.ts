import type { RelayStats } from '@pearcast/station'
import type { Colors, Line } from '../terminal/output.ts'
import { clock, count, rate } from '../terminal/text.ts'
import { CarriedView } from './carried-view.ts'
import type { RelayCommandEvent } from './relay-event.ts'

/** Up to so many stations have lines of their own in the status; more are counted. */
const MAX_STATIONS = 8

/** A relay as people see it, made from its events alone. */
export class RelayView {
  readonly #colors: Colors
  readonly #stations = new Map<string, CarriedView>()
  readonly #startedAtMs: number
  #isOpen = false
  #hasBegun = false

  constructor(colors: Colors, nowMs: number) {
    this.#colors = colors
    this.#startedAtMs = nowMs
  }

  /** Takes in an event. @returns what is worth a line */
  apply(event: RelayCommandEvent, nowMs: number): Line[] {
    this.#hasBegun = true
    if (event.event === 'stations') {
      if (event.stations === 0)
        return info('No station is named yet; the file is read again when it changes.')
      const change = `${event.added} more, ${event.removed} fewer`
      const isFirst = event.removed === 0 && event.added === event.stations
      return info(`${count(event.stations, 'station')} to carry${isFirst ? '' : ` (${change})`}.`)
    }
    if (event.event === 'relay-ready') return this.#ready(event.key)
    if (event.event === 'relay-closed')
      return info('This relay is closed; started again, it has the same key.')
    const station = this.#stationOf(event.link)
    if (event.event === 'station-joined') return info('A station has come to this relay.')
    if (event.event === 'station-left') {
      this.#stations.delete(event.link)
      return info(`${station.name} has left this relay.`)
    }
    const lines = station.apply(event, nowMs)
    if (event.event === 'ended' && !this.#isOpen) this.#stations.delete(event.link)
    if (this.#stations.size < 2) return lines
    return lines.map(({ level, text }) => ({ level, text: `[${station.name}] ${text}` }))
  }

  /** What a terminal shows at its bottom. */
  statusBlock(nowMs: number): string[] {
    const stations = [...this.#stations.values()]
    const [only] = stations
    if (only === undefined) return [this.#colors.dim(this.#idle())]
    if (stations.length === 1) return only.statusBlock(nowMs)
    const lines = stations.slice(0, MAX_STATIONS).map((station) => `  ${station.shortLine()}`)
    const more = stations.length - lines.length
    return [this.#sum(nowMs), ...lines, ...(more > 0 ? [this.#colors.dim(`  and ${more} more`)] : [])]
  }

  #idle(): string {
    if (!this.#hasBegun) return 'starting …'
    return this.#isOpen ? 'waiting for stations that name this relay' : 'carrying no station'
  }

  statusLine(nowMs: number): string {
    const [only] = this.#stations.values()
    return this.#stations.size === 1 && only !== undefined ? only.statusLine(nowMs) : this.#sum(nowMs)
  }

  #sum(nowMs: number): string {
    const { dim, green } = this.#colors
    const stations = [...this.#stations.values()]
    const sum = (figure: (stats: RelayStats) => number): number =>
      stations.reduce((total, { stats }) => total + (stats === undefined ? 0 : figure(stats)), 0)
    const fed = stations.filter(({ isFed }) => isFed).length
    const state = `carrying ${fed} of ${count(stations.length, 'station')} ${clock(nowMs - this.#startedAtMs)}`
    const out = `${rate(sum(({ bps }) => bps))} out of ${rate(sum(({ limitBps }) => limitBps))}`
    const parts = [
      fed > 0 ? green(state) : dim(state),
      count(
        sum(({ children }) => children),
        'listener',
      ),
      out,
      `${rate(sum(({ inBps }) => inBps))} in`,
    ]
    return parts.join(dim(' · '))
  }

  #ready(key: string): Line[] {
    const { bold, cyan, dim } = this.#colors
    this.#isOpen = true
    return [
      '',
      bold('This relay carries the stations that name it, and nobody else. Its key:'),
      '',
      `  ${bold(cyan(key))}`,
      '',
      dim(`A station names it with:  pearcast broadcast … --via ${key}`),
      '',
    ].flatMap((text) => info(text))
  }

  #stationOf(link: string): CarriedView {
    const known = this.#stations.get(link)
    if (known !== undefined) return known
    const station = new CarriedView(this.#colors, link)
    this.#stations.set(link, station)
    return station
  }
}

function info(text: string): Line[] {
  return [{ level: 'info', text }]
}
