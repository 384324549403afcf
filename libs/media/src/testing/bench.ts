import type { Frame, Path } from '@pearcast/protocol'
import { Playout } from '../playout.ts'
import type { Gap, PlayedSlot, PlayoutOptions } from '../playout-types.ts'
import { frame, ToneDecoder } from './frames.ts'
import { seededRandom } from './random.ts'

/** Decides when (us after it was sent) each copy of a frame arrives; an empty list is a loss. */
export type Channel = (frame: Frame, sentUs: number, random: () => number) => readonly number[]

export interface BenchOptions extends Partial<PlayoutOptions> {
  seed?: number
  samples?: number
  pullSamples?: number
  /** The source's sample clock against the local clock. */
  driftPpm?: number
  /** How late the sink asks for each block, us; it catches up afterwards. */
  pullLateUs?: (dueUs: number, random: () => number) => number
  /** The sink's first pull, us after the first frame was sent. */
  pullPhaseUs?: number
}

interface Arrival {
  readonly atUs: number
  readonly frame: Frame
  readonly path: Path
}

/** Virtual time: a source that sends frames, a channel, and a sink that pulls from a `Playout`. */
export class Bench {
  readonly playout: Playout
  readonly decoder: ToneDecoder
  readonly slots: PlayedSlot[] = []
  readonly gaps: Gap[] = []
  readonly results = { queued: 0, duplicate: 0, late: 0 }
  readonly channels: 1 | 2
  channel: Channel = () => [1000]
  path: Path = 'swarm'
  /** Called with every block the sink pulls. */
  onBlock: (pcm: Float32Array, nowUs: number) => void = () => {}
  /** Called with every frame that arrives, before the playout gets it. */
  onArrival: (frame: Frame, nowUs: number) => void = () => {}
  nowUs = 10_000_000
  seq: number
  ts48k: number
  sourceOn = true
  /** Duration of the next frame. */
  samples: number
  readonly #random: () => number
  readonly #block: Float32Array
  readonly #pullUs: number
  readonly #usPerSample: number
  readonly #arrivals: Arrival[] = []
  readonly #pullLateUs: (dueUs: number, random: () => number) => number
  #duePullUs: number
  #nextPullUs: number
  #nextSendUs: number

  constructor(options: BenchOptions = {}) {
    this.channels = options.channels ?? 1
    this.samples = options.samples ?? 960
    this.seq = 1000
    this.ts48k = this.seq * this.samples
    this.decoder = new ToneDecoder(this.channels)
    this.playout = new Playout({
      decoder: this.decoder,
      channels: this.channels,
      clock: { toLocal: (us) => us },
      onPlayed: (slot) => this.slots.push(slot),
      onGap: (gap) => this.gaps.push(gap),
      ...options,
    })
    const pullSamples = options.pullSamples ?? 480
    this.#random = seededRandom(options.seed ?? 1)
    this.#block = new Float32Array(pullSamples * this.channels)
    this.#pullUs = (pullSamples * 1000) / 48
    this.#usPerSample = 1000 / 48 / (1 + (options.driftPpm ?? 0) / 1e6)
    this.#nextSendUs = this.nowUs
    this.#pullLateUs = options.pullLateUs ?? ((): number => 0)
    this.#duePullUs = this.nowUs + (options.pullPhaseUs ?? 3000)
    this.#nextPullUs = this.#duePullUs
  }

  /** Lets `ms` pass. */
  run(ms: number): this {
    const endUs = this.nowUs + ms * 1000
    for (;;) {
      const arrival = this.#arrivals[0]
      const sendUs = this.sourceOn ? this.#nextSendUs : Number.POSITIVE_INFINITY
      const nextUs = Math.min(sendUs, arrival?.atUs ?? sendUs, this.#nextPullUs)
      if (nextUs > endUs) break
      this.nowUs = nextUs
      if (nextUs === sendUs) this.#send()
      else if (arrival !== undefined && nextUs === arrival.atUs) this.#arrive(arrival)
      else this.#pull()
    }
    this.nowUs = endUs
    return this
  }

  /** The source sends nothing for `ms`; its media time goes on meanwhile if `mediaGoesOn`. */
  pauseSource(ms: number, mediaGoesOn: boolean, during: () => void = () => {}): this {
    const pausedUs = this.nowUs
    this.sourceOn = false
    for (let passed = 0; passed < ms; passed += 100) {
      this.run(Math.min(100, ms - passed))
      during()
    }
    this.sourceOn = true
    if (mediaGoesOn) {
      while (this.#nextSendUs < this.nowUs) {
        this.#nextSendUs += this.samples * this.#usPerSample
        this.ts48k += this.samples
      }
    } else {
      this.#nextSendUs += this.nowUs - pausedUs
    }
    return this
  }

  /** The sink asks for nothing for `ms` and never catches up: a laptop that sleeps. */
  sleepSink(ms: number): this {
    this.#duePullUs += ms * 1000
    this.#nextPullUs = this.#duePullUs
    return this.run(ms)
  }

  /** The sink asks for nothing for `ms`, then for all of it at once. */
  hiccupSink(ms: number): this {
    const endUs = this.nowUs + ms * 1000
    const dueUs = this.#nextPullUs
    this.#nextPullUs = Number.POSITIVE_INFINITY
    this.run(ms)
    for (this.#nextPullUs = dueUs; this.#nextPullUs < endUs;) this.#pull()
    return this
  }

  sendNow(sent: Frame, delayUs: number, path: Path = this.path): void {
    this.#insert({ atUs: this.nowUs + delayUs, frame: sent, path })
  }

  #send(): void {
    const sent = frame({ seq: this.seq++, ts48k: this.ts48k, samples: this.samples, captureUs: this.nowUs })
    this.ts48k += this.samples
    this.#nextSendUs += this.samples * this.#usPerSample
    for (const delayUs of this.channel(sent, this.nowUs, this.#random)) this.sendNow(sent, delayUs)
  }

  #insert(arrival: Arrival): void {
    let at = this.#arrivals.length
    while (at > 0 && (this.#arrivals[at - 1]?.atUs ?? 0) > arrival.atUs) at--
    this.#arrivals.splice(at, 0, arrival)
  }

  #arrive({ frame: arrived, path }: Arrival): void {
    this.#arrivals.shift()
    this.onArrival(arrived, this.nowUs)
    this.results[this.playout.push(arrived, path, this.nowUs)]++
  }

  #pull(): void {
    this.playout.pull(this.#block, this.nowUs)
    this.onBlock(this.#block, this.nowUs)
    this.#duePullUs += this.#pullUs
    this.#nextPullUs = Math.max(this.nowUs, this.#duePullUs + this.#pullLateUs(this.#duePullUs, this.#random))
  }
}
