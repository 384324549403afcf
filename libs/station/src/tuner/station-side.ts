import type { ControlMessage, Refused, Sodium, StationLink, Via } from '@pearcast/protocol'
import type { ConnectionEvent, DhtNode, LinkEnd, PeerLink } from '@pearcast/swarm'
import type { ChosenPath } from '../rtc-choice.ts'
import { DirectLink, type DirectLinkOptions } from './direct-link.ts'
import type { Intake } from './intake.ts'
import { StationSearch } from './station-search.ts'
import type { StationWord } from './station-word.ts'
import { AUDIO_SUBSCRIPTION, keyOf } from './upstream.ts'

export interface StationSideOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  /** The station comes to us: it is not searched for. */
  pushed: boolean
  chosen: ChosenPath
  intake: Intake
  word: StationWord
  /** Somebody in between sends the audio now. */
  isRelayed: () => boolean
  /** A link is up. `before`: the key of the one that it takes the place of. */
  onUp: (direct: DirectLink, up: { before: string | undefined; isNewRun: boolean }) => void
  /** The link is gone; without an end when we gave it up ourselves. */
  onDown: (key: string, end: LinkEnd | undefined) => void
  onSays: (direct: DirectLink, message: ControlMessage) => void
  /** It has no room for us, and nobody else has been found meanwhile. */
  onRefused: (message: Refused) => void
  onNews: (event: Exclude<ConnectionEvent, { type: 'link-lost' }>) => void
  onPath: DirectLinkOptions['onPath']
  onCarries: (key: string) => void
  onAlive: (from: string) => void
  onClock: (from: string, t0Us: number, t1Us: number, t2Us: number) => void
}

/** A refusal of the station is news when nobody else has been found meanwhile, ms. */
const REFUSAL_PATIENCE_MS = 2000

/** The way to the station itself: found, linked, refused, rested and found again. */
export class StationSide {
  readonly #options: StationSideOptions
  readonly #search: StationSearch | undefined
  #direct: DirectLink | undefined
  /** Audio was asked for before the link was there. */
  #asked = false
  #via: Via | undefined
  #refusal: NodeJS.Timeout | undefined

  constructor(options: StationSideOptions) {
    this.#options = options
    if (!options.pushed) this.#search = this.#createSearch()
  }

  /** The link to the station itself, while there is one. */
  get direct(): DirectLink | undefined {
    return this.#direct
  }

  /** How the latest link came about. */
  get via(): Via | undefined {
    return this.#via
  }

  begin(): void {
    this.#search?.begin()
  }

  redial(reason: string): void {
    this.#search?.redial(reason)
  }

  alive(): void {
    this.#search?.alive()
  }

  /** A proven link to the station: the only one from now on. */
  adopt(link: PeerLink): void {
    const { chosen, intake, isRelayed, node, onAlive, onCarries, onClock, onPath, onUp, word } = this.#options
    const key = keyOf(link)
    const before = this.#direct?.key
    this.leave()
    const isNewRun = link.session !== undefined && word.begin(link.session)
    link.onSession = (renewed) => void word.begin(renewed)
    const direct: DirectLink = new DirectLink({
      link,
      key,
      node,
      stack: chosen.stack,
      mode: chosen.path,
      intake,
      onControl: (message) => this.#onControl(direct, message),
      onPath,
      onCarries: () => onCarries(key),
      onAlive: () => onAlive(key),
      onClock: (t0Us, t1Us, t2Us) => onClock(key, t0Us, t1Us, t2Us),
    })
    this.#direct = direct
    this.#via = link.via
    onUp(direct, { before, isNewRun })
    // Somebody in between was quicker, in the time of one round trip.
    if (this.#asked && isRelayed()) direct.rest()
    this.#asked = false
  }

  /** The link has ended. */
  ended(end: LinkEnd): void {
    const key = this.#direct?.key
    this.leave()
    if (key !== undefined) this.#options.onDown(key, end)
  }

  /** Nothing runs beside the link any more. */
  leave(): void {
    this.#direct?.detach()
    this.#direct = undefined
  }

  /** First of all when everything ends: that paths end now is no news. */
  hush(): void {
    clearTimeout(this.#refusal)
    this.#direct?.paths.stop()
  }

  async stop(): Promise<void> {
    await this.#search?.stop()
  }

  #createSearch(): StationSearch {
    const { chosen, isRelayed, link, node, onNews, role, sodium, word } = this.#options
    return new StationSearch({
      node,
      sodium,
      link,
      role,
      routes: chosen.stack !== undefined,
      newest: () => word.newest,
      opening: () => {
        this.#asked = chosen.path !== 'webrtc' && !isRelayed()
        return this.#asked ? [AUDIO_SUBSCRIPTION] : []
      },
      onLink: (open) => this.adopt(open),
      onEvent: (event) => {
        if (event.type === 'link-lost') this.ended(event.end)
        else onNews(event)
      },
      random: Math.random,
    })
  }

  #onControl(direct: DirectLink, message: ControlMessage): void {
    if (message.type === 'refused') this.#onRefused(direct, message)
    this.#options.onSays(direct, message)
  }

  #onRefused(direct: DirectLink, message: Refused): void {
    const { isRelayed, onRefused } = this.#options
    direct.refused()
    if (message.reason === 'not-allowed') return onRefused(message)
    if (isRelayed()) return this.#rest()
    // Others may have room: they were named with the refusal.
    clearTimeout(this.#refusal)
    this.#refusal = setTimeout(() => {
      if (isRelayed()) this.#rest()
      else if (this.#direct === direct && !direct.isServed) onRefused(message)
    }, REFUSAL_PATIENCE_MS)
  }

  /** Others carry the station, which has no room for us. */
  #rest(): void {
    if (this.#search?.rest() !== true) return
    const key = this.#direct?.key
    this.leave()
    if (key !== undefined) this.#options.onDown(key, undefined)
  }
}
