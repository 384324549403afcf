import { OpusDecoder, type AudioError, type Sink, type SinkNotice } from '@pearcast/audio'
import type { Gap, PlayedSlot, PlayoutStats } from '@pearcast/media'
import type { Frame, Path, SourceHeartbeat, StationLink } from '@pearcast/protocol'
import type { Address } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import type { ListenEvent, ListenFigures, PathMode } from '../events.ts'
import type { IdentityStore } from '../identity/store.ts'
import type { RtcChoice } from '../rtc-choice.ts'
import { codeOf, messageOf } from '../text.ts'
import type { RelayMode } from '../tuner/branch.ts'
import { Tuner } from '../tuner/tuner.ts'
import type { MediaTap } from './media-tap.ts'
import { Player } from './player.ts'
import { SlotRecorder } from './slot-recorder.ts'

export interface ListenerOptions {
  link: StationLink
  /** Remembers the highest run heard of each station, across restarts. */
  store?: IdentityStore | undefined
  sink: Sink
  bootstrap?: readonly Address[] | undefined
  path: PathMode
  rtc?: RtcChoice | undefined
  /**
   * While this node can be reached by others, announce it and pass on the signaling of listeners who cannot reach the
   * station. Default true.
   */
  assist?: boolean | undefined
  /** Carry the station to others: `auto`, the default, where this node can be reached and has uplink to spare. */
  relay?: RelayMode | undefined
  /** What others may use of the uplink, bit/s. */
  uplinkBps?: number | undefined
  /** Smallest delay kept against jitter, ms; default 40. More is more robust, and later. */
  bufferMs?: number | undefined
  /** Ends so many seconds after the first frame was played. */
  durationS?: number | undefined
  tap?: MediaTap | undefined
  onEvent: (event: ListenEvent) => void
}

/** Stereo always: a mono station sounds from both speakers. */
const CHANNELS = 2
const STATS_MS = 1000

/** One station heard: what the tuner receives is played, recorded and told of, until it is stopped. */
export class Listener {
  /** Resolves with the reason when listening is over. */
  readonly ended: Promise<string>
  readonly #options: ListenerOptions
  readonly #tuner: Tuner
  readonly #player: Player
  readonly #recorder: SlotRecorder | undefined
  #hops = 0
  #sinkRuns = false
  #firstAudio = false
  #timers: NodeJS.Timeout[] = []
  #finish: (reason: string) => void = () => {}
  #closing: Promise<void> | undefined

  constructor(options: ListenerOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => (this.#finish = resolve))
    this.#recorder = SlotRecorder.for(options.sink)
    this.#tuner = this.#createTuner(options)
    const { clock, repair } = this.#tuner.intake
    this.#player = new Player({
      clock,
      repair,
      decoder: new OpusDecoder({ channels: CHANNELS }),
      channels: CHANNELS,
      bufferMs: options.bufferMs,
      nowUs,
      onPlayed: (slot) => this.#onPlayed(slot),
      onGap: (gap) => this.#onGap(gap),
    })
  }

  /** Resolves once the search has begun. Throws SwarmError, StationError or AudioError when it cannot. */
  async start(): Promise<void> {
    try {
      this.#timers.push(setInterval(() => this.#stats(), STATS_MS))
      await this.#tuner.start()
    } catch (error) {
      await this.#close('error')
      throw error
    }
  }

  /** Says goodbye and closes everything; a file output is complete when this resolves. */
  async stop(reason = 'stopped'): Promise<void> {
    await this.#close(reason)
  }

  /** The user's mind about carrying the station to others. */
  setRelay(mode: 'auto' | 'off', uplinkBps?: number): void {
    this.#tuner.setRelay(mode, uplinkBps)
  }

  #createTuner(options: ListenerOptions): Tuner {
    const { assist, bootstrap, link, onEvent, relay = 'auto', rtc, store, tap, uplinkBps } = options
    return new Tuner({
      link,
      role: 'listener',
      store,
      bootstrap,
      path: options.path,
      rtc,
      assist,
      relay,
      uplinkBps,
      player: {
        start: () => this.#startSink(),
        reset: () => {
          this.#player.reset()
          tap?.onReset()
        },
        startAfter: (headSeq) => {
          this.#player.startAfter(headSeq)
          tap?.onStart(headSeq)
        },
        onFrame: (frame, path, now) => this.#onFrame(frame, path, now),
        onHeartbeat: (heartbeat, now) => this.#onHeartbeat(heartbeat, now),
        awaitRepair: () => this.#player.awaitRepair(),
        tuneRepair: () => this.#player.tuneRepair(),
      },
      onEvent,
      onEnd: (reason) => void this.#close(reason),
    })
  }

  /** Hot. */
  #onFrame(frame: Frame, path: Path, now: number): void {
    this.#hops = frame.hops
    this.#player.push(frame, path, now)
    this.#options.tap?.onFrame(frame, path, this.#tuner.intake.clock.offsetUs)
  }

  #onHeartbeat(heartbeat: SourceHeartbeat, now: number): void {
    this.#player.heartbeat(heartbeat, now)
    this.#options.tap?.onHeartbeat(heartbeat)
  }

  #onPlayed(slot: PlayedSlot): void {
    if (slot.kind === 'frame' && !this.#firstAudio) this.#onFirstAudio(slot.path)
    this.#recorder?.onPlayed(slot)
  }

  #onFirstAudio(path: Path): void {
    this.#firstAudio = true
    const { onEvent, durationS } = this.#options
    const via = this.#tuner.viaOf(path)
    onEvent({ event: 'first-audio', ms: this.#tuner.sinceStartMs(), path, via })
    if (durationS === undefined) return
    this.#timers.push(setTimeout(() => this.#tuner.durationReached(), durationS * 1000))
  }

  #onGap({ concealed, ms }: Gap): void {
    this.#options.onEvent({ event: 'gap', ms: Math.round(ms), concealed })
  }

  #startSink(): void {
    if (this.#sinkRuns) return
    this.#sinkRuns = true
    const io = {
      pull: (into: Float32Array): void => this.#player.pull(into),
      onError: (error: AudioError): void => this.#failOutput(error),
      onNotice: (notice: SinkNotice): void => {
        const message = notice.state === 'back' ? '' : notice.why
        this.#options.onEvent({ event: 'output', state: notice.state, message })
      },
    }
    this.#options.sink.start(io).catch((error: unknown) => this.#failOutput(error))
  }

  #failOutput(error: unknown): void {
    this.#options.onEvent({ event: 'error', code: codeOf(error), message: messageOf(error) })
    void this.#close('output-failed')
  }

  #figures(stats: PlayoutStats): ListenFigures {
    const { path, via } = this.#tuner
    return {
      framesPlayed: stats.framesPlayed,
      framesLost: stats.framesLost,
      framesConcealed: stats.framesConcealed,
      framesDuplicate: stats.framesDuplicate,
      framesByPath: { ...stats.framesByPath },
      interruptions: stats.interruptions,
      latencyMs: { p50: tenths(stats.latencyMs.p50), p95: tenths(stats.latencyMs.p95) },
      path: path ?? null,
      via: via ?? null,
    }
  }

  #stats(): void {
    const stats = this.#player.stats()
    this.#options.onEvent({
      event: 'stats',
      bufferMs: Math.round(stats.bufferMs),
      targetMs: Math.round(stats.targetMs),
      framesRepaired: this.#tuner.intake.repair.repaired,
      hops: this.#hops,
      relaying: this.#tuner.relaying,
      ...this.#figures(stats),
    })
  }

  #close(reason: string): Promise<void> {
    // In a moment, for what is stopped then asks for the same: once is enough.
    this.#closing ??= Promise.resolve().then(() => this.#closeAll(reason))
    return this.#closing
  }

  async #closeAll(reason: string): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    // Before the sink ends: what is still undecided belongs into its file.
    this.#player.finish()
    if (this.#sinkRuns) await this.#options.sink.stop().catch((error: unknown) => this.#failOutput(error))
    await this.#tuner.stop()
    const stats = this.#player.stats()
    const { framesSent } = stats
    const relayHops = this.#hops
    this.#options.onEvent({ event: 'ended', framesSent, ...this.#figures(stats), relayHops, reason })
    this.#finish(reason)
  }
}

/** JSON has no NaN: before the first latency is known it is 0. */
function tenths(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.round(ms * 10) / 10
}
