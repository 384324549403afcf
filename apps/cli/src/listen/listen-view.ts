import type { ListenEvent, ListenFigures } from '@pearcast/station'
import type { Path, Via } from '@pearcast/protocol'
import type { Colors, Line } from '../terminal/output.ts'
import { troubleLine } from '../terminal/trouble-line.ts'
import { clock, count, printable, rate } from '../terminal/text.ts'
import { connectedText, distrustText, overRoute, PATH_WORDS, route } from '../terminal/words.ts'

type Stats = Extract<ListenEvent, { event: 'stats' }>
type State = 'searching' | 'connected' | 'playing' | 'reconnecting' | 'off-air' | 'ended'

/** Gaps come in bursts on a bad network; a line for each would drown the rest. */
const GAP_LINE_MS = 5_000

/** A listener as people see it, made from its events alone. */
export class ListenView {
  readonly #colors: Colors
  readonly #durationS: number | undefined
  #state: State = 'searching'
  /** It was on air while we listened, so that it can come back. */
  #wasOnAir = false
  #path: Path | null = null
  #via: Via | null = null
  #firstAudioAtMs: number | undefined
  #stats: Stats | undefined
  #gaps = 0
  #silentMs = 0
  /** Who gets it from us. */
  #children = 0
  #gapLineAtMs = Number.NEGATIVE_INFINITY

  /** @param durationS how long it will be heard, when that is known */
  constructor(colors: Colors, durationS?: number) {
    this.#colors = colors
    this.#durationS = durationS
  }

  /** How long it has been heard; 0 before. */
  heardMs(nowMs: number): number {
    return this.#firstAudioAtMs === undefined ? 0 : nowMs - this.#firstAudioAtMs
  }

  /** Takes in an event. @returns what is worth a line */
  apply(event: ListenEvent, nowMs: number): Line[] {
    switch (event.event) {
      case 'searching':
        this.#state = 'searching'
        return [info('Searching for the station …')]
      case 'connected':
        return [info(this.#connect(event.ms, event.via))]
      case 'station':
        return event.title === '' ? [] : [info(`This is “${printable(event.title)}”.`)]
      case 'first-audio':
        this.#play(event.path, event.via)
        this.#firstAudioAtMs ??= nowMs
        return [info(`Playing ${overRoute(event.path, event.via)}; first sound after ${event.ms} ms.`)]
      case 'path':
        this.#play(event.to, event.via)
        return [info(`Switched from ${PATH_WORDS[event.from]} to ${route(event.to, event.via)}.`)]
      case 'parent':
      case 'announced':
        return []
      case 'child-joined':
        this.#children++
        return this.#children === 1 ? [info('Passing it on to others now; --relay off does not.')] : []
      case 'child-left':
        this.#children = Math.max(0, this.#children - 1)
        return this.#children === 0 ? [info('Nobody gets it from here any more.')] : []
      case 'distrusted':
        return [{ level: 'warn', text: distrustText(event.reason) }]
      case 'gap':
        return this.#gap(event.ms, event.concealed, nowMs)
      case 'reconnecting':
        // Of a station that said goodbye no connection was lost.
        if (this.#state === 'off-air') return []
        this.#state = 'reconnecting'
        return [{ level: 'warn', text: `The connection is lost; reconnecting (attempt ${event.attempt}).` }]
      case 'off-air':
        this.#state = 'off-air'
        return [
          info(
            this.#wasOnAir
              ? 'The station is off air. Waiting for it to come back …'
              : 'The station is not on air. Waiting for it to come on air …',
          ),
        ]
      case 'output':
        if (event.state === 'back') return [info('The sound is back.')]
        return [
          {
            level: 'warn',
            text: `${printable(event.message)}${event.state === 'lost' ? '; trying again.' : '.'}`,
          },
        ]
      case 'stats':
        this.#take(event)
        return [{ level: 'debug', text: this.statusLine(nowMs) }]
      case 'error':
        return [troubleLine(event)]
      case 'ended':
        this.#state = 'ended'
        return [info(this.#summary(event, nowMs))]
    }
  }

  /** The state in words, then the figures: "playing 0:12 over WebRTC, direct · 46 ms behind · buffer 40 ms". */
  statusLine(nowMs: number): string {
    const { dim, green, yellow } = this.#colors
    switch (this.#state) {
      case 'searching':
        return yellow('searching for the station …')
      case 'connected':
        return yellow('connected, waiting for the first sound …')
      case 'reconnecting':
        return yellow('reconnecting …')
      case 'off-air':
        return yellow(
          this.#wasOnAir
            ? 'off air; waiting for the station to come back …'
            : 'not on air; waiting for the station to come on air …',
        )
      case 'ended':
        return dim('ended')
      case 'playing':
        return [green(`playing ${this.#progress(nowMs)}`) + this.#over(), ...this.#figures()].join(dim(' · '))
    }
  }

  #connect(ms: number, via: Via): string {
    const isAgain = this.#via !== null
    this.#state = 'connected'
    this.#wasOnAir = true
    this.#via = via
    return connectedText(via, isAgain ? undefined : ms)
  }

  #play(path: Path, via: Via): void {
    this.#state = 'playing'
    this.#path = path
    this.#via = via
  }

  #take(stats: Stats): void {
    const hasProgressed = stats.framesPlayed > (this.#stats?.framesPlayed ?? 0)
    this.#stats = stats
    if (stats.path === null || stats.via === null) return
    this.#path = stats.path
    this.#via = stats.via
    // After a reconnection nothing says "playing" but the frames themselves.
    if (hasProgressed) this.#state = 'playing'
  }

  #progress(nowMs: number): string {
    const heard = clock(this.heardMs(nowMs))
    return this.#durationS === undefined ? heard : `${heard} of ${clock(this.#durationS * 1000)}`
  }

  #over(): string {
    return this.#path === null || this.#via === null
      ? ''
      : ` ${overRoute(this.#path, this.#via, this.#stats?.hops)}`
  }

  #figures(): string[] {
    const stats = this.#stats
    if (!stats) return []
    const { relaying } = stats
    const figures = [`${stats.latencyMs.p50.toFixed(0)} ms behind`, `buffer ${stats.bufferMs.toFixed(0)} ms`]
    const trouble = [
      ...(stats.framesLost > 0 ? [`${stats.framesLost} lost`] : []),
      ...(stats.framesRepaired > 0 ? [`${stats.framesRepaired} repaired`] : []),
      ...(stats.framesConcealed > 0 ? [`${stats.framesConcealed} concealed`] : []),
      ...(this.#gaps > 0 ? [count(this.#gaps, 'gap')] : []),
    ]
    if (trouble.length > 0) figures.push(this.#colors.yellow(trouble.join(', ')))
    if (relaying !== null && relaying.children > 0) figures.push(passedOn(relaying))
    return figures
  }

  #gap(ms: number, concealed: number, nowMs: number): Line[] {
    this.#gaps++
    this.#silentMs += ms
    if (nowMs - this.#gapLineAtMs < GAP_LINE_MS) return []
    this.#gapLineAtMs = nowMs
    const hidden = concealed > 0 ? `, ${count(concealed, 'frame')} concealed` : ''
    return [
      { level: 'warn', text: `A gap of ${ms.toFixed(0)} ms${hidden}; ${count(this.#gaps, 'gap')} so far.` },
    ]
  }

  #summary(ended: ListenFigures & { reason: string; framesSent: number }, nowMs: number): string {
    const why = printable(ended.reason)
    if (ended.framesPlayed === 0) return `Ended (${why}); nothing was heard.`
    const figures = [
      `${ended.framesPlayed} of ${count(ended.framesSent, 'frame')} played`,
      `${ended.framesLost} lost`,
      `${ended.framesConcealed} concealed`,
      ...(this.#gaps > 0
        ? [`${count(this.#gaps, 'gap')}, ${(this.#silentMs / 1000).toFixed(1)} s silent`]
        : []),
      `${ended.latencyMs.p50.toFixed(0)} ms behind (p95 ${ended.latencyMs.p95.toFixed(0)})`,
    ]
    return `Ended (${why}) after ${clock(this.heardMs(nowMs))}: ${figures.join(', ')}.`
  }
}

function passedOn({ bps, children, limitBps }: NonNullable<Stats['relaying']>): string {
  const limit = limitBps === null ? '' : ` of ${rate(limitBps)}`
  return `passed on to ${count(children, 'listener')}, ${rate(bps)}${limit}`
}

function info(text: string): Line {
  return { level: 'info', text }
}
