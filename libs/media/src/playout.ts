import { opusDurationSamples, type Frame, type Path, type SourceHeartbeat } from '@pearcast/protocol'
import { Concealer } from './concealer.ts'
import { DEAD_BAND_ABOVE_US, DEAD_BAND_BELOW_US, DelayControl } from './delay-control.ts'
import { DelayTarget } from './delay-target.ts'
import { FastestArrival } from './fastest-arrival.ts'
import { FrameStore } from './frame-store.ts'
import { Outage } from './outage.ts'
import { PcmQueue } from './pcm-queue.ts'
import { PlayoutAccount } from './playout-account.ts'
import type { PlayoutOptions, PlayoutState, PlayoutStats } from './playout-types.ts'
import { Resampler } from './resampler.ts'
import { OPUS_UNIT_SAMPLES, SAMPLES_PER_MS, samplesToUs, usToSamples } from './time.ts'

/** Concealment without knowing what comes next is made in pieces of 20 ms. */
const CHUNK_SAMPLES = 20 * SAMPLES_PER_MS
const INSERT_SAMPLES = 60 * SAMPLES_PER_MS
const INSERT_EVERY_SAMPLES = 200 * SAMPLES_PER_MS
/** A hole in media time longer than this is an outage, not a loss. */
const MAX_HOLE_SAMPLES = 500 * SAMPLES_PER_MS
/** A burst (the ring a parent sends at a join) has ended when arrivals stop getting fresher. */
const SETTLE_US = 15_000
const SETTLE_STEP_US = 5_000
const SETTLE_MAX_US = 250_000
/** Start this much early rather than a whole pull late, at most a quarter of a pull. */
const START_EARLY_SAMPLES = 5 * SAMPLES_PER_MS
/** A frame captured this much later than its media time says: the source itself had stalled. */
const SOURCE_STALL_US = 100_000
/** Heartbeats come every 100 ms; three in a row may get lost. */
const HEARTBEAT_FRESH_US = 350_000
/** A live source whose clock has passed its last frame by this much is not sending. */
const SOURCE_SILENT_US = 60_000
/** Delay beyond the allowed maximum plus this is not worked off but skipped. */
const SKIP_BEYOND_MAX_US = 200_000

type Phase = 'buffering' | 'playing' | 'outage' | 'ended'

/**
 * The adaptive jitter buffer: frames in, at any time, in any order, by any path; sound out at the sink's pace.
 *
 * The mapping from media time to play time is fixed when playback starts and kept: a frame that misses its
 * playout is concealed and dropped, so a recording keeps one offset against the source. The mapping moves only
 * when lateness is sustained (concealment is inserted once), when delay is worked off by resampling within
 * 0.5 %, or when an outage ends and the live edge has moved.
 *
 * Call `pull` at the pace of the sink's clock, 10 or 20 ms at a time, and prefill a sink with zeros rather than
 * with pulls: a burst of pulls asks for frames that are still to come. All times are us of one local clock.
 */
export class Playout {
  readonly #options: PlayoutOptions
  readonly #store: FrameStore = new FrameStore()
  readonly #queue: PcmQueue
  readonly #resampler: Resampler
  readonly #concealer: Concealer
  readonly #fastest: FastestArrival = new FastestArrival()
  readonly #target: DelayTarget
  readonly #control: DelayControl = new DelayControl()
  readonly #outage: Outage = new Outage()
  readonly #maxDelayUs: number
  #account: PlayoutAccount
  #phase: Phase = 'buffering'
  #firstSeq: number | undefined
  /** What the output needs next, as a sequence number and as media time. */
  #nextSeq = 0
  #nextTs = 0
  #last: { ts48k: number; captureUs: number; samples: number; delayUs: number } = noFrame()
  #insert = 0
  #insertFromTs = Number.NEGATIVE_INFINITY
  #waited = 0
  #waitIsQuiet = true
  #gatheringSinceUs = Number.NaN
  #heartbeat: SourceHeartbeat | undefined
  #heartbeatUs = Number.NEGATIVE_INFINITY
  #sentBefore = 0
  #late = 0
  #copiesDropped = 0
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
    this.#account = new PlayoutAccount(options)
  }

  /** A verified frame. `late`: it can no longer be played. */
  push(frame: Frame, path: Path, nowUs: number): 'queued' | 'duplicate' | 'late' {
    const { seq } = frame
    const samples = durationOrZero(frame.payload)
    if (this.#phase === 'ended' || samples === 0) return 'late'
    if (this.#store.wasSeen(seq)) {
      this.#copiesDropped++
      return 'duplicate'
    }
    if (this.#firstSeq === undefined) return this.#store.put(frame, samples, path, nowUs) ? 'queued' : 'late'
    if (seq < this.#firstSeq) return 'late'
    const latenessUs = this.#fastest.add(nowUs - samplesToUs(frame.ts48k), nowUs)
    if (this.#isLate(frame)) {
      this.#late++
      this.#store.markSeen(seq)
      this.#target.onArrival(latenessUs, nowUs)
      if (this.#target.onLate(latenessUs, nowUs)) this.#raiseDelay()
      return 'late'
    }
    // What gathered behind an outage says nothing about the jitter of the way.
    if (this.#phase === 'playing' || this.#conceals()) this.#target.onArrival(latenessUs, nowUs)
    return this.#store.put(frame, samples, path, nowUs) ? 'queued' : 'late'
  }

  /** The source says what it has sent: when that has all been played, silence is neither gap nor loss. */
  heartbeat(heartbeat: SourceHeartbeat, nowUs: number): void {
    this.#heartbeat = heartbeat
    this.#heartbeatUs = nowUs
    if (this.#phase === 'outage' && this.#sourceIsQuiet(nowUs)) this.#outage.becomeQuiet()
  }

  /** Fills `into` exactly (interleaved). Silence before the start, when quiet and when starved. */
  pull(into: Float32Array, nowUs: number): void {
    if (this.#phase === 'ended') {
      into.fill(0)
      return
    }
    const count = into.length / this.#options.channels
    this.#nowUs = nowUs
    this.#pullSamples = count
    this.#target.review(nowUs)
    const ratio =
      this.#phase === 'playing' ? this.#control.update(this.#target.us, nowUs) : this.#control.ratio
    const needed = this.#resampler.needed(count, ratio)
    while (this.#queue.available < needed) this.#produce(needed - this.#queue.available)
    this.#resampler.read(into, count, ratio)
  }

  /** The broadcaster started anew: its sequence numbers begin again. Counters go on. */
  newSession(): void {
    if (this.#firstSeq !== undefined) this.#sentBefore += this.#nextSeq - this.#firstSeq
    if (this.#phase === 'outage') this.#fillOutage(this.#outage.silent)
    this.#waitIsQuiet = this.#phase === 'ended' || (this.#phase === 'outage' && this.#outage.quiet)
    this.#waited = 0
    this.#firstSeq = undefined
    this.#phase = 'buffering'
    this.#last = noFrame()
    this.#insert = 0
    this.#gatheringSinceUs = Number.NaN
    this.#heartbeat = undefined
    this.#store.clear()
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
    this.#sentBefore = 0
    this.#late = 0
    this.#copiesDropped = 0
  }

  /** Playback is over: settles what is undecided. The last sequence number is the last one decided on. */
  finish(): void {
    if (this.#phase === 'outage') this.#fillOutage(0)
    this.#account.forgetHole()
    this.#phase = 'ended'
  }

  stats(): PlayoutStats {
    const account = this.#account
    const first = this.#firstSeq
    return {
      framesSent: this.#sentBefore + (first === undefined ? 0 : this.#nextSeq - first),
      framesPlayed: account.played,
      framesConcealed: account.concealed,
      framesLost: account.lost,
      framesDuplicate: account.duplicates,
      framesLate: this.#late,
      framesByPath: { ...account.byPath },
      copiesDropped: this.#copiesDropped,
      gaps: account.gaps,
      interruptions: account.interruptions,
      latencyMs: { p50: account.latency.percentile(0.5), p95: account.latency.percentile(0.95) },
      bufferMs: this.#bufferedSamples() / SAMPLES_PER_MS,
      targetMs: this.#target.us / 1000,
      ratio: this.#control.ratio,
      firstSeq: first,
      lastSeq: first === undefined ? undefined : this.#nextSeq - 1,
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
    const start = this.#liveEdge(0)
    if (start === undefined) {
      this.#queue.writeSilence(wanted)
      this.#waited += wanted
      return
    }
    // Silence before the first session belongs to no timeline; between two sessions it is a gap.
    if (this.#sentBefore > 0) this.#account.fill(this.#waited, this.#waitIsQuiet ? 0 : this.#waited)
    for (let seq = this.#store.first(0)?.seq ?? start.seq; seq < start.seq; seq++) this.#store.release(seq)
    this.#firstSeq = start.seq
    this.#nextSeq = start.seq
    this.#anchor(start.ts48k)
    this.#phase = 'playing'
  }

  #play(wanted: number): void {
    if (this.#insert > 0 && this.#nextTs >= this.#insertFromTs && this.#concealer.fresh)
      return this.#insertDelay()
    const frame = this.#store.get(this.#nextSeq)
    const next = frame ?? this.#store.first(this.#nextSeq)
    const hole = next === undefined ? Number.POSITIVE_INFINITY : next.ts48k - this.#nextTs
    if (next === undefined || Math.abs(hole) > MAX_HOLE_SAMPLES) return this.#beginOutage(next !== undefined)
    if (frame === undefined) return this.#concealNext(next, hole)
    // A source that leaves out silence (DTX) moves its media time on without using sequence numbers.
    if (hole > 0) {
      const silence = Math.min(Math.ceil(hole), wanted)
      this.#concealer.silence(silence)
      this.#account.fill(silence, 0)
      this.#nextTs += silence
      return
    }
    this.#playFrame(frame)
  }

  #playFrame(frame: Frame): void {
    const { seq, ts48k, captureUs } = frame
    const samples = this.#store.samples(seq)
    const startUs = this.#nowUs + samplesToUs(this.#queue.available)
    const delayUs = this.#nowUs - samplesToUs(ts48k) - this.#fastest.us
    if (this.#concealer.decode(frame.payload, samples)) {
      const capturedUs = captureUs > 0 ? this.#options.clock?.toLocal(captureUs) : undefined
      const latencyUs = capturedUs === undefined ? Number.NaN : startUs - capturedUs
      this.#account.frame(frame, this.#store.path(seq), samples, latencyUs)
    } else {
      this.#bookConcealment(seq, samples, this.#concealer.conceal(samples))
    }
    this.#store.release(seq)
    this.#control.observe(delayUs)
    this.#last.ts48k = ts48k
    this.#last.captureUs = captureUs
    this.#last.samples = samples
    this.#last.delayUs = delayUs
    this.#nextSeq = seq + 1
    this.#nextTs = ts48k + samples
    if (this.#control.delayUs > this.#maxDelayUs + SKIP_BEYOND_MAX_US) this.#beginOutage(true)
  }

  /** One frame is missing while a later one is here: its share of the hole is concealed. */
  #concealNext(next: Frame, hole: number): void {
    const missing = next.seq - this.#nextSeq
    const longest = Math.max(this.#last.samples, CHUNK_SAMPLES)
    const share = missing === 1 ? hole : Math.round(hole / missing / OPUS_UNIT_SAMPLES) * OPUS_UNIT_SAMPLES
    const samples = Math.min(Math.max(Math.ceil(share), 0), longest)
    const seq = this.#nextSeq++
    if (samples === 0) return this.#account.lose(seq, seq, 0, 0)
    this.#bookConcealment(seq, samples, this.#concealer.conceal(samples))
    this.#nextTs += samples
  }

  #bookConcealment(seq: number, samples: number, audible: boolean): void {
    if (audible) this.#account.conceal(seq, samples)
    else this.#account.lose(seq, seq, samples, samples)
  }

  /** Delay is added by concealment in short pieces with sound between them: never by silence. */
  #insertDelay(): void {
    const samples = Math.min(this.#insert, INSERT_SAMPLES)
    this.#insert -= samples
    this.#insertFromTs = this.#nextTs + INSERT_EVERY_SAMPLES
    const audible = this.#concealer.conceal(samples)
    this.#account.fill(samples, audible ? 0 : samples)
    if (this.#insert === 0) this.#control.restart()
  }

  #raiseDelay(): void {
    if (this.#phase === 'outage' && !this.#conceals()) return
    const missing = usToSamples(this.#target.us - this.#last.delayUs)
    const units = Math.ceil(missing / OPUS_UNIT_SAMPLES)
    this.#insert = Math.max(this.#insert, units * OPUS_UNIT_SAMPLES)
  }

  #beginOutage(rebuffering: boolean): void {
    this.#phase = 'outage'
    this.#outage.begin(this.#nextTs)
    this.#outage.rebuffering = rebuffering
    this.#gatheringSinceUs = Number.NaN
    this.#control.restart()
    if (this.#sourceIsQuiet(this.#nowUs)) this.#outage.becomeQuiet()
  }

  #waitOut(wanted: number): void {
    const conceals = this.#conceals()
    const holds = conceals || this.#anchorHolds()
    const next = holds ? this.#store.first(this.#nextSeq, this.#nextTs) : this.#liveEdge(this.#nextSeq)
    if (next !== undefined && (!holds || next.ts48k <= this.#nextTs)) return this.#resume(next, holds)
    const limit = next === undefined ? wanted : Math.min(wanted, Math.ceil(next.ts48k - this.#nextTs))
    const outage = this.#outage
    if (conceals) {
      const samples = Math.min(
        next === undefined ? CHUNK_SAMPLES : Math.ceil(next.ts48k - this.#nextTs),
        CHUNK_SAMPLES,
      )
      this.#concealer.conceal(samples)
      outage.concealed += samples
      this.#nextTs += samples
      return
    }
    this.#concealer.silence(limit)
    if (outage.quiet && this.#sourceIsQuiet(this.#nowUs)) outage.quietSamples += limit
    else outage.silent += limit
    this.#nextTs += limit
  }

  /** The outage is over with this frame: decides what it meant for every frame that is missing. */
  #resume(first: Frame, holds: boolean): void {
    const outage = this.#outage
    const slot = this.#last.samples
    const missing = first.seq - this.#nextSeq
    const concealed = Math.min(missing, Math.round(outage.concealed / slot))
    let sound = outage.concealed
    for (let i = 0; i < concealed; i++) {
      const samples = Math.min(sound, slot)
      this.#account.conceal(this.#nextSeq + i, samples)
      sound -= samples
    }
    this.#account.fill(sound + outage.quietSamples, 0)
    const paused = Math.max(0, first.ts48k - outage.startTs - missing * slot) + this.#stallSamples(first)
    const unexplained = Math.max(0, outage.silent - paused)
    const lost = missing - concealed
    if (lost > 0) {
      const fromSeq = this.#nextSeq + concealed
      this.#account.lose(fromSeq, first.seq - 1, outage.silent, Math.max(lost * slot, unexplained))
    } else {
      this.#account.fill(outage.silent, unexplained)
    }
    for (let seq = this.#store.first(this.#nextSeq)?.seq ?? first.seq; seq < first.seq; seq++) {
      this.#store.release(seq)
    }
    this.#phase = 'playing'
    if (!holds) this.#anchor(first.ts48k, first.seq)
    this.#nextSeq = first.seq
    this.#playFrame(first)
  }

  /** The output from here on is media time `ts48k`: delay is measured anew. */
  #anchor(ts48k: number, fromSeq: number = this.#nextSeq): void {
    this.#nextTs = ts48k
    this.#insert = 0
    this.#insertFromTs = Number.NEGATIVE_INFINITY
    this.#fastest.rebase(this.#store.fastestUs(fromSeq), this.#nowUs)
    this.#target.forgetArrivals()
    this.#control.restart()
    this.#gatheringSinceUs = Number.NaN
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

  /** The frame with which to start now so that delay is the target, undefined while it is too early. */
  #liveEdge(fromSeq: number): Frame | undefined {
    const fastestUs = this.#store.fastestUs(fromSeq)
    if (!Number.isFinite(fastestUs)) return undefined
    if (Number.isNaN(this.#gatheringSinceUs)) this.#gatheringSinceUs = this.#nowUs
    const settledUs = this.#store.fastestUs(fromSeq, this.#nowUs - SETTLE_US)
    const settled = settledUs - fastestUs <= SETTLE_STEP_US
    if (!settled && this.#nowUs - this.#gatheringSinceUs < SETTLE_MAX_US) return undefined
    const position = usToSamples(this.#outputUs() - fastestUs - this.#target.us)
    const early = Math.min(this.#pullSamples / 4, START_EARLY_SAMPLES)
    return this.#store.lastWithin(fromSeq, position + early - this.#pullSamples, position + early)
  }

  /** When the next sample to be produced is needed. Long pulls need their last frames early. */
  #outputUs(): number {
    const early = Math.max(0, this.#pullSamples - CHUNK_SAMPLES)
    return this.#nowUs + samplesToUs(this.#queue.available - early)
  }

  #isLate(frame: Frame): boolean {
    if (frame.seq < this.#nextSeq) return true
    if (this.#phase !== 'outage' || frame.ts48k >= this.#nextTs) return false
    if (frame.seq === this.#nextSeq && samplesToUs(this.#stallSamples(frame)) >= SOURCE_STALL_US) {
      this.#outage.stalled = true
    }
    return this.#conceals()
  }

  /** How much longer the source took from its last frame to this one than their media time says. */
  #stallSamples(frame: Frame): number {
    if (frame.captureUs === 0 || this.#last.captureUs === 0) return 0
    const captured = usToSamples(frame.captureUs - this.#last.captureUs)
    return Math.max(0, captured - (frame.ts48k - this.#last.ts48k))
  }

  /** In an outage: whether concealment still bridges it and the old mapping is kept without question. */
  #conceals(): boolean {
    const { quiet, stalled, rebuffering } = this.#outage
    return this.#phase === 'outage' && !quiet && !stalled && !rebuffering && this.#concealer.audible
  }

  #sourceIsQuiet(nowUs: number): boolean {
    const heartbeat = this.#heartbeat
    if (heartbeat?.headSeq !== this.#nextSeq - 1 || nowUs - this.#heartbeatUs > HEARTBEAT_FRESH_US)
      return false
    // A live source may have sent the next frame right after its heartbeat.
    const silentUs = heartbeat.wallclockUs - this.#last.captureUs - samplesToUs(this.#last.samples)
    return heartbeat.state !== 'live' || (this.#last.captureUs > 0 && silentUs >= SOURCE_SILENT_US)
  }

  #fillOutage(unexplained: number): void {
    this.#account.fill(this.#outage.samples, unexplained)
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

function noFrame(): { ts48k: number; captureUs: number; samples: number; delayUs: number } {
  return { ts48k: 0, captureUs: 0, samples: CHUNK_SAMPLES, delayUs: 0 }
}

/** 0 for what is no Opus packet: it is treated as if it had never come. */
function durationOrZero(payload: Uint8Array): number {
  try {
    return opusDurationSamples(payload)
  } catch {
    return 0
  }
}
