import { addressPrefix } from '@pearcast/relay'
import type { DirectPath, SignalingPhase } from '@pearcast/session-fsm'
import { RoutedLink } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import type { PathMode } from '../events.ts'
import { PathControl } from './path-control.ts'
import { Upstream, type UpstreamOptions } from './upstream.ts'

export interface DirectLinkOptions extends Omit<UpstreamOptions, 'onRtcPhase' | 'path'> {
  mode: PathMode
  /** The audio comes by this path from now on. */
  onPath: (path: DirectPath) => void
  /** Audio could come from now on. Of a link for which `carries` was true from the start it is not told. */
  onCarries: () => void
}

/** The link to the station itself: an upstream with two paths, and what decides between them. */
export class DirectLink {
  readonly upstream: Upstream
  /** A routed link has no connection that could carry frames, only the WebRTC that it leads to. */
  readonly mode: PathMode
  readonly #options: DirectLinkOptions
  #paths: PathControl
  #carries: boolean
  #wanted = false
  #accepted = false

  constructor(options: DirectLinkOptions) {
    this.#options = options
    const isRouted = options.link instanceof RoutedLink
    this.mode = isRouted ? 'webrtc' : options.mode
    this.#carries = !isRouted
    this.#paths = this.#control()
    this.upstream = new Upstream({
      ...options,
      path: 'swarm',
      onRtcPhase: (phase) => this.#onRtcPhase(phase),
      onAlive: (by) => {
        options.onAlive(by)
        if (by === 'heartbeat') this.#paths.linkAlive(nowUs())
      },
    })
  }

  get key(): string {
    return this.upstream.key
  }

  get paths(): PathControl {
    return this.#paths
  }

  /** Whether audio could come: a routed link waits for the WebRTC that it leads to, which takes seconds on slow lines. */
  get carries(): boolean {
    return this.#carries
  }

  /** The network it is counted under in the tree. */
  get prefix(): string | undefined {
    return addressPrefix(this.upstream.link.remoteAddress.host)
  }

  /** Audio from here on, unless it comes already. */
  subscribe(): void {
    this.#wanted = true
    if (!this.#accepted) this.upstream.subscribe({ swarm: this.mode !== 'webrtc', webrtc: false })
  }

  /** The subscription was taken. False: that was the one for heads only. */
  accepted(): boolean {
    if (!this.#wanted) return false
    this.#accepted = true
    this.#paths.accepted()
    return true
  }

  /** The subscription to audio stands. */
  get isServed(): boolean {
    return this.#accepted
  }

  refused(): void {
    this.#accepted = false
    this.upstream.paused()
  }

  /** Heads only: another parent sends the audio. */
  rest(): void {
    this.#paths.stop()
    this.#paths = this.#control()
    this.#wanted = false
    this.#accepted = false
    this.upstream.paused()
    this.upstream.subscribe({ swarm: false, webrtc: false })
  }

  detach(): void {
    this.#paths.stop()
    this.upstream.detach()
  }

  #onRtcPhase(phase: SignalingPhase): void {
    this.#paths.rtcPhase(phase)
    if (phase !== 'connected' || this.#carries) return
    this.#carries = true
    this.#options.onCarries()
  }

  #control(): PathControl {
    return new PathControl({
      mode: this.mode,
      nowUs,
      subscribe: (wanted) => this.upstream.subscribe(wanted),
      select: (path) => this.upstream.select(path),
      onPath: this.#options.onPath,
    })
  }
}
