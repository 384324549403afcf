import { opusDurationSamples, type Frame, type Path, type SourceHeartbeat } from '@pearcast/protocol'
import { AwaitedStart } from './awaited-start.ts'
import { Concealer } from './concealer.ts'
import { DEAD_BAND_ABOVE_US, DEAD_BAND_BELOW_US, DelayControl } from './delay-control.ts'
import { DelayInsert } from './delay-insert.ts'
import { DelayTarget } from './delay-target.ts'
import { FastestArrival } from './fastest-arrival.ts'
import { FrameStore } from './frame-store.ts'
import { LiveEdge } from './live-edge.ts'
import { Outage } from './outage.ts'
import { PcmQueue } from './pcm-queue.ts'
import { PlayoutAccount } from './playout-account.ts'
import type { PlayoutOptions, PlayoutState, PlayoutStats } from './playout-types.ts'
import { PullClock } from './pull-clock.ts'
import { Resampler } from './resampler.ts'
import { SourceSilence } from './source-silence.ts'
import { CHUNK_SAMPLES, OPUS_UNIT_SAMPLES, SAMPLES_PER_MS, samplesToUs } from './time.ts'

/** A hole longer than this, in media time or in frames, is an outage and not a loss. */
const MAX_HOLE_SAMPLES = 500 * SAMPLES_PER_MS
const MAX_HOLE_FRAMES = 500
/** Delay beyond the allowed maximum plus this is not worked off but skipped. */
const SKIP_BEYOND_MAX_US = 200_000
/** Concealment fades out over so long. */
const BRIDGED_US = 100_000

type Phase = 'buffering' | 'playing' | 'outage' | 'ended'

/**
 * The adaptive jitter buffer: frames in, at any time, in any order, by any path; sound out at the sink's pace.
 *
 * The mapping from media time to play time is fixed when playback starts and kept: a frame that misses its
 * playout is concealed and dropped, so a recording keeps one offset against the source. The mapping moves only
 * when lateness is sustained (concealment is inserted once), when delay is worked off by resampling within
 * 0.5 % (1 % in the ten seconds after a start), or when an outage ends and the live edge has moved.
 *
 * Call `pull` at the pace of the sink's clock, 10 or 20 ms at a time, and prefill a sink with zeros rather than
 * with pulls: a burst of pulls asks for frames that are still to come. All times are us of one local clock.
 */
export class Playout {
  readonly #options: PlayoutOptions
  readonly #store: FrameStore = new FrameStore()
  readonly #liveEdge: LiveEdge = new LiveEdge(this.#store)
  readonly #source: SourceSilence = new SourceSilence()
  readonly #queue: PcmQueue
  readonly #resampler: Resampler
  readonly #concealer: Concealer
  readonly #pulls: PullClock = new PullClock()
  readonly #fastest: FastestArrival = new FastestArrival()
  readonly #target: DelayTarget
  readonly #control: DelayControl
  readonly #insert: DelayInsert = new DelayInsert()
  readonly #outage: Outage = new Outage()
  readonly #start: AwaitedStart = new AwaitedStart()
  readonly #maxDelayUs: number
  #account: PlayoutAccount
  #phase: Phase = 'buffering'
  #firstSeq: number | undefined
  /** What the output needs next, as a sequence number and as media time. */
  #nextSeq = 0
  #nextTs = 0
  /** How late the last played frame could have been. */
  #delayUs = 0
  /** When the latest outage ended that concealment did not bridge. */
  #resumedUs = Number.NEGATIVE_INFINITY
  /** The fastest arrival before the present outage. */
  #usualUs = Number.NaN
  #waited = 0
  #waitIsQuiet = true
  #nowUs = 0
  #pullSamples = 0

  constructor(options: PlayoutOptions) {
    const minDelayUs = (options.minDelayMs ?? 40) * 1000
    this.#options = options
    this.#maxDelayUs = Math.max((options.maxDelayMs ?? 400) * 1000, minDelayUs)
    this.#queue = new PcmQueue(options.channels)
    this.#resampler = new Resampler(this.#queue)
    this.#concealer = new Concealer(options.decoder, this.#queue)
    this.#target = new DelayTarget(minDelayUs, this.#maxDelayUs)
    this.#control = new DelayControl(
      options.excessMs === undefined ? DEAD_BAND_ABOVE_US : options.excessMs * 1000,
    )
    this.#account = new PlayoutAccount(options)
  }

  /** A verified frame. `late`: it can no longer be played. */
  push(frame: Frame, path: Path, nowUs: number): 'queued' | 'duplicate' | 'late' {
    const { seq } = frame
    const samples = durationOrZero(frame.payload)
    if (this.#phase === 'ended' || samples === 0) return 'late'
    if (this.#store.wasSeen(seq)) {
      this.#account.copiesDropped++
      return 'duplicate'
    }
    if (this.#firstSeq === undefined) return this.#store.put(frame, samples, path, nowUs) ? 'queued' : 'late'
    if (seq < this.#firstSeq) return 'late'
    const arrivedUs = this.#fastest.add(nowUs - samplesToUs(frame.ts48k), nowUs)
    // A pause of this process is no jitter of the way: pulls and arrivals were held up alike.
    const latenessUs = Math.max(0, arrivedUs - this.#pulls.overdueUs(nowUs))
    // What should have come before an outage was over came late because of it: no delay would have covered that.
    const isOfOutage = nowUs - arrivedUs < this.#resumedUs
    if (this.#isLate(frame)) {
      this.#account.late++
      this.#store.markSeen(seq)
      if (isOfOutage) return 'late'
      this.#target.onArrival(latenessUs, nowUs)
      if (this.#target.onLate(latenessUs, nowUs)) this.#raiseDelay()
      return 'late'
    }
    if (this.#teaches(latenessUs) && !isOfOutage) this.#target.onArrival(latenessUs, nowUs)
    return this.#store.put(frame, samples, path, nowUs) ? 'queued' : 'late'
  }

  /** The source says what it has sent: when that has all been played, silence is neither gap nor loss. */
  heartbeat(heartbeat: SourceHeartbeat, nowUs: number): void {
    this.#source.onHeartbeat(heartbeat, nowUs)
    if (this.#phase === 'outage' && this.#sourceIsQuiet(nowUs)) this.#outage.becomeQuiet()
  }

  /** The source begins with this frame and the listener is there already: playback begins with it too, not at the live edge. */
  expectStart(seq: number): void {
    this.#start.expect(seq)
  }

  /**
   * Frames are lost again and again, and what is asked for again takes this long: waits for it, once and at once. 0 when
   * losses have ceased; the delay then comes down as after jitter.
   */
  awaitRepair(repairUs: number, nowUs: number): void {
    if (this.#target.awaitRepair(repairUs, nowUs)) this.#raiseDelay()
  }

  /** Fills `into` exactly (interleaved). Silence before the start, when quiet and when starved. */
  pull(into: Float32Array, nowUs: number): void {
    if (this.#phase === 'ended') {
      into.fill(0)
      return
    }
    const count = into.length / this.#options.channels
    this.#nowUs = nowUs
    this.#pulls.onPull(count, nowUs)
    this.#pullSamples = count
    if (this.#target.review(this.#control.delayUs, nowUs)) this.#raiseDelay()
    const ratio =
      this.#phase === 'playing' ? this.#control.update(this.#target.us, nowUs) : this.#control.ratio
    const needed = this.#resampler.needed(count, ratio)
    while (this.#queue.available < needed) this.#produce(needed - this.#queue.available)
    this.#resampler.read(into, count, ratio)
  }

  /** The broadcaster started anew: its sequence numbers begin again. Counters go on. */
  newSession(): void {
    this.#account.sentBefore += this.#sent
    if (this.#phase !== 'buffering') {
      this.#waited = 0
      this.#waitIsQuiet = this.#phase === 'ended' || (this.#phase === 'outage' && this.#outage.quiet)
    }
    if (this.#phase === 'outage') this.#outage.endWithoutFrame(this.#account, true)
    this.#firstSeq = undefined
    this.#start.clear()
    this.#phase = 'buffering'
    this.#delayUs = 0
    this.#insert.clear()
    this.#resumedUs = Number.NEGATIVE_INFINITY
    this.#store.clear()
    this.#liveEdge.restart()
    this.#source.clear()
    this.#fastest.clear()
    this.#target.forgetArrivals()
    this.#control.restart()
    this.#concealer.restart()
    this.#account.startSession()
    this.#options.decoder.reset()
  }

  /** As if new: counters too. */
  reset(): void {
    this.newSession()
    this.#queue.clear()
    this.#resampler.clear()
    this.#target.reset()
    this.#account = new PlayoutAccount(this.#options)
  }

  /** Playback is over: settles what is undecided. The last sequence number is the last one decided on. */
  finish(): void {
    if (this.#phase === 'outage') this.#outage.endWithoutFrame(this.#account, false)
    this.#account.forgetHole()
    this.#phase = 'ended'
  }

  /** How long the frames of the source are. */
  get frameUs(): number {
    return samplesToUs(this.#source.frameSamples)
  }

  /** The longest delay that is aimed at. */
  get maxTargetUs(): number {
    return this.#maxDelayUs
  }

  /** The delay that is aimed at. */
  get targetMs(): number {
    return this.#target.us / 1000
  }

  /** The last sequence number that was decided on, undefined before the first. */
  get lastSeq(): number | undefined {
    return this.#firstSeq === undefined ? undefined : this.#nextSeq - 1
  }

  /** In this session. */
  get #sent(): number {
    return this.#firstSeq === undefined ? 0 : this.#nextSeq - this.#firstSeq
  }

  /** Walks the latency histogram: for once a second. */
  stats(): PlayoutStats {
    return {
      ...this.#account.counts(this.#sent),
      bufferMs: this.#bufferedSamples() / SAMPLES_PER_MS,
      targetMs: this.targetMs,
      ratio: this.#control.ratio,
      firstSeq: this.#firstSeq,
      lastSeq: this.lastSeq,
      state: this.#state(),
    }
  }

  /** Appends at least one sample to the queue, or changes the phase. */
  #produce(wanted: number): void {
    switch (this.#phase) {
      case 'buffering':
        return this.#buffer(wanted)
      case 'playing':
        return this.#play(wanted)
      case 'outage':
        return this.#waitOut(wanted)
      case 'ended':
        return this.#concealer.silence(wanted)
    }
  }

  #buffer(wanted: number): void {
    const edge = this.#findLiveEdge(0)
    const start = edge && this.#start.choose(edge, this.#store, this.#maxDelayUs)
    if (start === undefined) {
      this.#queue.writeSilence(wanted)
      this.#waited += wanted
      return
    }
    // Silence before the first session belongs to no timeline; between two sessions it is a gap.
    if (this.#account.sentBefore > 0) this.#account.fill(this.#waited, this.#waitIsQuiet ? 0 : this.#waited)
    this.#store.releaseBefore(start.seq)
    this.#firstSeq = start.seq
    this.#anchor(start)
    this.#phase = 'playing'
  }

  #play(wanted: number): void {
    if (this.#insert.isDue(this.#nextTs) && this.#concealer.fresh) return this.#insertDelay()
    const frame = this.#store.get(this.#nextSeq)
    const next = frame ?? this.#store.first(this.#nextSeq)
    if (next === undefined) return this.#beginOutage(false)
    const hole = next.ts48k - this.#nextTs
    const missing = next.seq - this.#nextSeq
    if (Math.abs(hole) > MAX_HOLE_SAMPLES || missing > MAX_HOLE_FRAMES) return this.#beginOutage(true)
    if (frame === undefined) return this.#concealNext(hole, missing)
    // A source that leaves out silence (DTX) moves its media time on without using sequence numbers.
    if (hole > 0) return this.#pause(Math.min(hole, wanted))
    this.#playFrame(frame)
  }

  #playFrame(frame: Frame): void {
    const { seq, ts48k, captureUs, payload } = frame
    const samples = this.#store.samples(seq)
    const startUs = this.#nowUs + samplesToUs(this.#queue.available)
    if (this.#concealer.decode(payload, samples)) {
      const capturedUs = captureUs > 0 ? this.#options.clock?.toLocal(captureUs) : undefined
      const latencyUs = capturedUs === undefined ? Number.NaN : startUs - capturedUs
      this.#account.frame(frame, this.#store.path(seq), samples, latencyUs)
    } else {
      this.#concealFrame(seq, samples)
    }
    this.#store.release(seq)
    this.#source.onPlayed(frame, samples)
    this.#delayUs = this.#pulls.startUs - samplesToUs(ts48k) - this.#fastest.us
    this.#control.observe(this.#delayUs)
    this.#nextSeq = seq + 1
    this.#nextTs = ts48k + samples
    if (this.#control.delayUs > this.#maxDelayUs + SKIP_BEYOND_MAX_US) this.#beginOutage(true)
  }

  #pause(samples: number): void {
    this.#concealer.silence(samples)
    this.#account.fill(samples, 0)
    this.#nextTs += samples
  }

  /** One frame is missing while a later one is here: its share of the hole is concealed. */
  #concealNext(hole: number, missing: number): void {
    const longest = Math.max(this.#source.frameSamples, CHUNK_SAMPLES)
    const share = missing === 1 ? hole : Math.round(hole / missing / OPUS_UNIT_SAMPLES) * OPUS_UNIT_SAMPLES
    const samples = Math.min(Math.max(share, 0), longest)
    const seq = this.#nextSeq++
    if (samples === 0) return this.#account.lose(seq, seq, 0, 0)
    this.#concealFrame(seq, samples)
    this.#nextTs += samples
  }

  #concealFrame(seq: number, samples: number): void {
    if (this.#concealer.conceal(samples)) this.#account.conceal(seq, samples)
    else this.#account.lose(seq, seq, samples, samples)
  }

  #raiseDelay(): void {
    // Where the mapping is set anew, it is set to the new target.
    if (this.#phase !== 'playing' && !this.#bridges()) return
    this.#insert.want(this.#target.us - this.#delayUs)
  }

  #insertDelay(): void {
    const samples = this.#insert.take(this.#nextTs)
    this.#concealer.conceal(samples)
    this.#account.fill(samples, 0)
    if (this.#insert.isDone) this.#control.restart()
  }

  #beginOutage(rebuffering: boolean): void {
    this.#phase = 'outage'
    // Where media time has jumped, that of before says nothing.
    this.#usualUs = rebuffering ? Number.NaN : this.#fastest.us
    this.#outage.begin(this.#nextTs, rebuffering)
    this.#liveEdge.restart()
    this.#control.restart()
    if (this.#sourceIsQuiet(this.#nowUs)) this.#outage.becomeQuiet()
  }

  /** Nothing to play: bridges a short time with concealment, then is silent until playback can go on. */
  #waitOut(wanted: number): void {
    const bridges = this.#bridges()
    const keeps = bridges || this.#anchorHolds()
    const next = keeps ? this.#store.first(this.#nextSeq, this.#nextTs) : this.#findLiveEdge(this.#nextSeq)
    if (next !== undefined && (!keeps || next.ts48k <= this.#nextTs)) {
      if (!bridges) this.#resumedUs = this.#nowUs
      return this.#resume(next, keeps)
    }
    const left = next === undefined ? Number.POSITIVE_INFINITY : next.ts48k - this.#nextTs
    const samples = Math.min(left, bridges ? CHUNK_SAMPLES : wanted)
    if (bridges) {
      this.#concealer.conceal(samples)
      this.#outage.addConcealment(samples)
    } else {
      this.#concealer.silence(samples)
      this.#outage.addSilence(samples, this.#outage.quiet && this.#sourceIsQuiet(this.#nowUs))
    }
    this.#nextTs += samples
  }

  #resume(first: Frame, keepsAnchor: boolean): void {
    const stallSamples = this.#source.stallSamples(first)
    this.#outage.endWith(first, this.#nextSeq, this.#source.frameSamples, stallSamples, this.#account)
    this.#store.releaseBefore(first.seq)
    this.#phase = 'playing'
    if (!keepsAnchor) this.#anchor(first)
    this.#nextSeq = first.seq
    this.#playFrame(first)
  }

  /** The output goes on with this frame from here: delay is measured anew. */
  #anchor(frame: Frame): void {
    this.#nextSeq = frame.seq
    this.#nextTs = frame.ts48k
    this.#insert.clear()
    this.#fastest.rebase(this.#store.fastestUs(frame.seq), this.#nowUs)
    this.#target.forgetArrivals()
    this.#control.restart()
  }

  /** Whether going on with the old mapping would give what has arrived since a delay near the target. */
  #anchorHolds(): boolean {
    const first = this.#store.first(this.#nextSeq)
    if (first === undefined) return false
    const { quiet, stalled } = this.#outage
    // Nothing of what a paused source sends afterwards may be dropped for being behind.
    if ((quiet || stalled) && first.ts48k < this.#nextTs) return false
    const fastestUs = this.#store.fastestUs(this.#nextSeq)
    const delayUs = this.#outputUs() - samplesToUs(this.#nextTs) - fastestUs - this.#target.us
    return delayUs >= -DEAD_BAND_BELOW_US && delayUs <= DEAD_BAND_ABOVE_US
  }

  #findLiveEdge(fromSeq: number): Frame | undefined {
    const isPause = this.#phase !== 'outage' || this.#outage.quiet || this.#outage.stalled
    const usualUs = isPause ? Number.NaN : this.#usualUs
    const outputUs = this.#outputUs()
    return this.#liveEdge.find(fromSeq, this.#nowUs, outputUs, this.#target.us, this.#pullSamples, usualUs)
  }

  /**
   * When the next sample to be produced is played, less the time by which the last frame of a pull that takes
   * several is needed before it is heard.
   */
  #outputUs(): number {
    const frameSamples = this.#store.samples(this.#store.newest) || CHUNK_SAMPLES
    const early = Math.max(0, this.#pullSamples - frameSamples)
    return this.#pulls.startUs + samplesToUs(this.#queue.available - early)
  }

  #isLate(frame: Frame): boolean {
    if (frame.seq < this.#nextSeq) return true
    if (this.#phase !== 'outage' || frame.ts48k >= this.#nextTs) return false
    if (frame.seq === this.#nextSeq && this.#source.hadStalledBefore(frame)) this.#outage.stalled = true
    return this.#bridges()
  }

  /** What gathered behind an outage says something of the way only if a delay, and concealment, would have bridged it. */
  #teaches(latenessUs: number): boolean {
    if (this.#phase === 'playing' || this.#bridges()) return true
    if (this.#phase !== 'outage') return false
    this.#outage.long ||= latenessUs > this.#maxDelayUs + BRIDGED_US
    const { long, quiet, rebuffering, stalled } = this.#outage
    return !long && !quiet && !rebuffering && !stalled
  }

  /** In an outage: whether concealment still bridges it, and so the mapping is kept without question. */
  #bridges(): boolean {
    return this.#phase === 'outage' && this.#outage.mayBridge && this.#concealer.audible
  }

  #sourceIsQuiet(nowUs: number): boolean {
    return this.#source.isQuietAfter(this.#nextSeq - 1, nowUs)
  }

  #bufferedSamples(): number {
    const newest = this.#store.get(this.#store.newest)
    if (newest === undefined || this.#phase === 'ended') return this.#queue.available
    const from = this.#firstSeq === undefined ? (this.#store.first(0)?.ts48k ?? newest.ts48k) : this.#nextTs
    return this.#queue.available + Math.max(0, newest.ts48k + this.#store.samples(newest.seq) - from)
  }

  #state(): PlayoutState {
    if (this.#phase !== 'outage') return this.#phase
    return this.#outage.quiet && this.#sourceIsQuiet(this.#nowUs) ? 'quiet' : 'starved'
  }
}

/** 0 for what is no Opus packet: it is treated as if it had never come. */
function durationOrZero(payload: Uint8Array): number {
  try {
    return opusDurationSamples(payload)
  } catch {
    return 0
  }
}
