import { Broadcaster, type BroadcastEvent, type IdentityStore, type PathMode } from '@pearcast/station'
import type { Address } from '@pearcast/swarm'
import { MixerSource } from './mixer/mixer-source.ts'
import type { Strips } from './mixer/strips.ts'
import type { Profile } from './schema/command.ts'
import type { Levels } from './schema/message.ts'
import type { AudienceMember, BroadcastState } from './schema/state.ts'

const MAX_SHOWN = 100
const HISTORY_EVERY_MS = 10_000
const MAX_HISTORY = 360
const MAX_LISTENERS = 1000

export interface BroadcastingOptions {
  station: string
  title: string
  description: string
  profile: Profile
  bitrate: number
  strips: Strips
  store: IdentityStore
  bootstrap?: readonly Address[] | undefined
  path: PathMode
  nowMs: () => number
  onChange: () => void
  /** It is over although nobody asked for it. */
  onEnded: (trouble: { code: string; message: string } | undefined) => void
}

/** One station on air, with what the page sends. */
export class Broadcasting {
  readonly state: BroadcastState
  readonly source: MixerSource
  readonly #options: BroadcastingOptions
  readonly #audience = new Map<string, AudienceMember>()
  #broadcaster: Broadcaster | undefined
  #starting: Promise<void> | undefined
  #trouble: { code: string; message: string } | undefined
  #bytesBefore = 0
  #historyAtMs = 0
  #stopping = false

  constructor(options: BroadcastingOptions) {
    const { station, title, description, profile, bitrate, strips } = options
    this.#options = options
    this.source = new MixerSource(strips, profile === 'voice' ? 1 : 2)
    this.state = {
      phase: 'starting',
      station,
      title,
      description,
      nowPlaying: '',
      profile,
      bitrate,
      link: '',
      onAirAtMs: null,
      source: 'stalled',
      audience: [],
      listeners: 0,
      audienceHistory: [],
      framesSent: 0,
      uplinkBps: 0,
    }
  }

  /** Throws what the broadcaster throws when it cannot get on air. */
  start(): Promise<void> {
    this.#starting = this.#start()
    return this.#starting
  }

  takeLevels(): Levels {
    return this.source.meter.take()
  }

  /** Told to the listeners as well. */
  setNowPlaying(text: string): void {
    this.state.nowPlaying = text
    this.#broadcaster?.setNowPlaying(text)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.state.phase = 'stopping'
    this.#options.onChange()
    await this.#starting?.catch(() => undefined)
    await this.#broadcaster?.stop()
    await this.source.close()
  }

  async #start(): Promise<void> {
    const { station, title, description, profile, bitrate, store, bootstrap, path } = this.#options
    const broadcaster = new Broadcaster({
      identity: await store.open(station),
      store,
      source: this.source,
      bootstrap,
      title,
      description,
      bitrate,
      profile,
      path,
      maxListeners: MAX_LISTENERS,
      waitListeners: 0,
      onEvent: (event) => this.#onEvent(event),
    })
    this.#broadcaster = broadcaster
    if (this.#stopping) return
    await broadcaster.start()
    void broadcaster.ended.then(() => this.#options.onEnded(this.#trouble))
  }

  #onEvent(event: BroadcastEvent): void {
    const { state } = this
    switch (event.event) {
      case 'on-air':
        state.phase = 'on-air'
        state.link = event.link
        state.onAirAtMs = this.#options.nowMs()
        break
      case 'listener-joined':
        this.#audience.set(event.id, { ...pick(event), sinceMs: this.#options.nowMs() })
        break
      case 'listener-path': {
        const since = this.#audience.get(event.id)?.sinceMs ?? this.#options.nowMs()
        this.#audience.set(event.id, { ...pick(event), sinceMs: since })
        break
      }
      case 'listener-left':
        this.#audience.delete(event.id)
        break
      case 'source':
        state.source = event.state === 'live' ? 'live' : 'stalled'
        break
      case 'stats':
        state.framesSent = event.framesSent
        state.uplinkBps = Math.max(0, event.bytesSent - this.#bytesBefore) * 8
        this.#bytesBefore = event.bytesSent
        this.#note(event.listeners)
        break
      case 'error':
        this.#trouble = { code: event.code, message: event.message }
        break
      default:
        return
    }
    state.listeners = this.#audience.size
    state.audience = [...this.#audience.values()].slice(0, MAX_SHOWN)
    this.#options.onChange()
  }

  #note(listeners: number): void {
    const nowMs = this.#options.nowMs()
    if (nowMs - this.#historyAtMs < HISTORY_EVERY_MS) return
    this.#historyAtMs = nowMs
    this.state.audienceHistory = [...this.state.audienceHistory, listeners].slice(-MAX_HISTORY)
  }
}

function pick({ id, path, via }: Omit<AudienceMember, 'sinceMs'>): Omit<AudienceMember, 'sinceMs'> {
  return { id, path, via }
}
