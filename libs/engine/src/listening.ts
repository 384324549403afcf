import sodium from 'sodium-universal'
import { openSink } from '@pearcast/audio'
import { parseLink } from '@pearcast/protocol'
import { Listener, type IdentityStore, type ListenEvent, type PathMode } from '@pearcast/station'
import type { Address } from '@pearcast/swarm'
import { encodeDown, type DownMessage } from './schema/media.ts'
import { RecordableSink } from './recording/recordable-sink.ts'
import type { ListeningPhase, ListeningState, RelayChoice } from './schema/state.ts'

/** ms of the jitter buffer at least: 40 is the listener's own default. */
const BUFFER_MS = { low: 40, robust: 250 } as const
/** Of the page's own, which sees the same jitter as we do, but not that frames are asked for again. */
const PAGE_BUFFER_MS = { low: 20, robust: 250 } as const

/** So long after the last repair none is waited for. */
const REPAIRS_MS = 10_000

export interface ListeningOptions {
  link: string
  title: string
  buffer: 'low' | 'robust'
  relay: RelayChoice
  store: IdentityStore
  bootstrap?: readonly Address[] | undefined
  path: PathMode
  nowMs: () => number
  /** Media for the page, encoded. Hot. */
  onMedia: (bytes: Uint8Array) => void
  onChange: () => void
  onTitle: (title: string) => void
  onTrouble: (code: string, message: string) => void
  /** It is over although nobody asked for it. */
  onEnded: () => void
}

/**
 * One station listened to for the page, which plays it. Plays into nothing here as well: the listener's own jitter buffer
 * tunes repair, and its figures are of the way to this computer.
 */
export class Listening {
  readonly #options: ListeningOptions
  readonly state: ListeningState
  /** There once it has begun. */
  sink: RecordableSink | undefined
  #listener: Listener | undefined
  #starting: Promise<void> | undefined
  #stopped = false
  #toldTargetUs = 0
  #repaired = 0
  #repairedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ListeningOptions) {
    const { link, title, buffer, nowMs } = options
    this.#options = options
    this.state = {
      phase: 'searching',
      link,
      title,
      description: '',
      nowPlaying: '',
      channels: 2,
      bitrate: 0,
      path: null,
      via: null,
      buffer,
      startedAtMs: nowMs(),
      sinceMs: nowMs(),
      figures: null,
      impostor: false,
      hops: null,
      relaying: null,
    }
  }

  /** Throws what the listener throws when it cannot begin. */
  start(): Promise<void> {
    this.#starting = this.#start()
    return this.#starting
  }

  /** A page is there, or there again: it begins to play with what comes next. */
  greet(): void {
    this.#toldTargetUs = 0
    this.#send({ kind: 'begin', bufferMs: PAGE_BUFFER_MS[this.#options.buffer] })
  }

  setRelay(relay: RelayChoice): void {
    const { relay: mode, uplinkBps } = relayOptions(relay)
    this.#listener?.setRelay(mode, uplinkBps)
  }

  /** Its beginning is waited for: one that is stopped before would never close what it then opens. */
  async stop(): Promise<void> {
    this.#send({ kind: 'end' })
    this.#stopped = true
    await this.#starting?.catch(() => undefined)
    await this.#listener?.stop()
  }

  async #start(): Promise<void> {
    const { link, buffer, relay, store, bootstrap, path } = this.#options
    const sink = new RecordableSink(await openSink('null', { channels: 2 }))
    if (this.#stopped) return
    this.sink = sink
    this.greet()
    const listener = new Listener({
      link: parseLink(sodium, link),
      store,
      sink,
      bootstrap,
      path,
      bufferMs: BUFFER_MS[buffer],
      ...relayOptions(relay),
      onEvent: (event) => this.#onEvent(event),
      tap: {
        onFrame: ({ seq, ts48k, captureUs, payload }, framePath, offsetUs) => {
          if (this.state.phase !== 'playing') this.#enter('playing')
          this.#send({ kind: 'frame', path: framePath, seq, ts48k, captureUs, offsetUs, payload })
        },
        onHeartbeat: (heartbeat) => this.#send({ kind: 'heartbeat', heartbeat }),
        onStart: (headSeq) => this.#send({ kind: 'start', headSeq }),
        onReset: () => this.#send({ kind: 'reset' }),
      },
    })
    this.#listener = listener
    await listener.start()
    void listener.ended.then(() => this.#stopped || this.#options.onEnded())
  }

  /** Of one that was stopped nothing is heard any more, while it still says goodbye. */
  #send(message: DownMessage): void {
    if (!this.#stopped) this.#options.onMedia(encodeDown(message))
  }

  #onEvent(event: ListenEvent): void {
    if (this.#stopped) return
    const { state } = this
    switch (event.event) {
      case 'searching':
        return this.#enter('searching')
      case 'connected':
        state.via = event.via
        return this.#enter('connecting')
      case 'station':
        state.title = event.title
        state.description = event.description
        state.nowPlaying = event.nowPlaying
        state.channels = event.channels
        state.bitrate = event.bitrate
        this.#options.onTitle(event.title)
        return this.#options.onChange()
      case 'first-audio':
        state.path = event.path
        state.via = event.via
        return this.#options.onChange()
      case 'path':
        state.path = event.to
        state.via = event.via
        return this.#options.onChange()
      case 'reconnecting':
        if (state.phase !== 'searching') this.#enter('reconnecting')
        return
      case 'off-air':
        return this.#enter('off-air')
      case 'stats':
        return this.#onStats(event)
      case 'error':
        if (event.code === 'IMPOSTOR') state.impostor = true
        else this.#options.onTrouble(event.code, event.message)
        return this.#options.onChange()
      default:
        return
    }
  }

  #onStats(stats: Extract<ListenEvent, { event: 'stats' }>): void {
    const { framesPlayed, framesLost, framesConcealed, interruptions, framesByPath, path, via } = stats
    this.state.figures = { framesPlayed, framesLost, framesConcealed, interruptions, framesByPath }
    this.state.path = path
    this.state.via = via
    this.state.hops = stats.hops
    this.state.relaying = stats.relaying
    const targetUs = this.#isRepairing(stats.framesRepaired) ? stats.targetMs * 1000 : 0
    if (targetUs !== this.#toldTargetUs) this.#send({ kind: 'target', us: targetUs })
    this.#toldTargetUs = targetUs
    this.#options.onChange()
  }

  /** Jitter alone is the page's own business: told of it as well, it would wait for the worst of the last minute. */
  #isRepairing(framesRepaired: number): boolean {
    const nowMs = this.#options.nowMs()
    if (framesRepaired > this.#repaired) this.#repairedAtMs = nowMs
    this.#repaired = framesRepaired
    return nowMs - this.#repairedAtMs < REPAIRS_MS
  }

  #enter(phase: ListeningPhase): void {
    if (this.state.phase !== phase) this.state.sinceMs = this.#options.nowMs()
    this.state.phase = phase
    this.#options.onChange()
  }
}

/** Nobody is served from here before the user was asked. */
function relayOptions({ isAsked, mode, uplinkBps }: RelayChoice): {
  relay: 'auto' | 'off'
  uplinkBps?: number
} {
  return { relay: isAsked ? mode : 'off', ...(uplinkBps !== null && { uplinkBps }) }
}
