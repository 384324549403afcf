import { isSilent, PathJudge, PathMonitor } from '@pearcast/media'
import type { Frame, Path } from '@pearcast/protocol'
import {
  activePath,
  createDriver,
  pathsMachine,
  type DirectPath,
  type PathMode,
  type PathsEffect,
  type PathsEvent,
  type PathsState,
  type SignalingPhase,
} from '@pearcast/session-fsm'
import { Timers } from '../clock.ts'

type TimerId = Extract<PathsEffect, { type: 'start-timer' }>['id']

export interface PathControlOptions {
  mode: PathMode
  nowUs: () => number
  subscribe: (paths: { swarm: boolean; webrtc: boolean }) => void
  select: (path: DirectPath) => void
  /** The audio comes by this path from now on. */
  onPath: (path: DirectPath) => void
}

const FRAMES_TO_QUALIFY = 10
/** Three heartbeats of a parent. */
const LINK_ALIVE_US = 300_000

/** The paths machine of one link, fed with what each path delivers. */
export class PathControl {
  readonly #options: PathControlOptions
  readonly #monitors: Record<DirectPath, PathMonitor> = {
    swarm: new PathMonitor(),
    webrtc: new PathMonitor(),
  }
  readonly #judge = new PathJudge()
  readonly #timers = new Timers<TimerId>((id) => this.#send({ type: 'timer', id }))
  readonly #machine: { send(event: PathsEvent): void; snapshot(): { value: PathsState } }
  #activeSinceUs: number
  #linkAliveUs = 0

  constructor(options: PathControlOptions) {
    this.#options = options
    this.#activeSinceUs = options.nowUs()
    this.#machine = createDriver(pathsMachine, { mode: options.mode }, (effect) => this.#perform(effect))
  }

  get active(): DirectPath | 'none' {
    return activePath(this.#machine.snapshot().value)
  }

  accepted(): void {
    this.#send({ type: 'SWARM_UP' })
  }

  rtcPhase(phase: SignalingPhase): void {
    if (phase === 'connected') this.#send({ type: 'WEBRTC_CONNECTED' })
    if (phase === 'retrying' || phase === 'failed' || phase === 'closed')
      this.#send({ type: 'WEBRTC_FAILED' })
  }

  /** Hot. */
  onFrame(frame: Frame, path: Path, nowUs: number): void {
    if (path !== 'relayed') this.#monitors[path].onFrame(frame, nowUs)
  }

  /** Ten times a second; never per frame. `quiet`: the source sends nothing, so silence accuses no path. */
  tick(nowUs: number, quiet: boolean): void {
    const active = this.active
    if (active === 'none') return
    const other = active === 'swarm' ? 'webrtc' : 'swarm'
    if (this.#monitors[other].framesNoLaterThan(this.#monitors[active]) >= FRAMES_TO_QUALIFY) {
      this.#send({ type: 'PATH_QUALIFIED', path: other })
    }
    if (quiet) {
      this.#activeSinceUs = nowUs
      return
    }
    const summary = this.#monitors[active].summary()
    if (this.#judge.isWorse(summary, this.#monitors[other].summary(), nowUs)) {
      this.#send({ type: 'PATH_WORSE', path: active })
    }
    const activeIsSilent = isSilent(summary, nowUs, this.#activeSinceUs)
    const otherIsSilent = this.#isSilent(other, nowUs)
    // When nothing comes by either, there is no better one: it is the link or the source that is silent.
    if (activeIsSilent && (!otherIsSilent || (other === 'swarm' && this.#swarmIsAlive(nowUs)))) {
      this.#send({ type: 'PATH_SILENT', path: active })
    } else if (!activeIsSilent && otherIsSilent) {
      this.#send({ type: 'PATH_SILENT', path: other })
    }
  }

  /** A heartbeat came over the link: it would carry frames too. */
  linkAlive(nowUs: number): void {
    this.#linkAliveUs = nowUs
  }

  stop(): void {
    this.#send({ type: 'STOP' })
    this.#timers.stopAll()
  }

  /** A path that has not begun yet is waited for, see the machine's probe timer. */
  #isSilent(path: DirectPath, nowUs: number): boolean {
    const summary = this.#monitors[path].summary()
    return summary.frames > 0 && isSilent(summary, nowUs)
  }

  #swarmIsAlive(nowUs: number): boolean {
    return this.#options.mode !== 'webrtc' && nowUs - this.#linkAliveUs < LINK_ALIVE_US
  }

  #send(event: PathsEvent): void {
    this.#machine.send(event)
  }

  #perform(effect: PathsEffect): void {
    const { mode, nowUs, onPath, select, subscribe } = this.#options
    switch (effect.type) {
      case 'request-webrtc':
        this.#monitors.webrtc.restart()
        return subscribe({ swarm: mode !== 'webrtc', webrtc: true })
      case 'request-swarm':
        this.#monitors.swarm.restart()
        return subscribe({ swarm: true, webrtc: mode !== 'swarm' })
      case 'select':
        this.#activeSinceUs = nowUs()
        return select(effect.path)
      case 'notify-path':
        this.#activeSinceUs = nowUs()
        this.#judge.restart()
        if (effect.to !== 'none') onPath(effect.to)
        return
      case 'start-timer':
        return this.#timers.start(effect.id, effect.ms)
      case 'stop-timer':
        return this.#timers.stop(effect.id)
    }
  }
}
