import type { Frame, Path } from '@pearcast/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PlayedSlot } from './playout-types.ts'
import { Playout } from './playout.ts'
import { DURATIONS, frame, ToneDecoder } from './testing/frames.ts'
import { seededRandom } from './testing/random.ts'

/** A stretch of the source's life and of the way to us. */
const stretch = fc.record({
  frames: fc.integer({ min: 1, max: 50 }),
  samples: fc.constantFrom(...DURATIONS),
  lossRatio: fc.constantFrom(0, 0, 0.05, 0.5, 1),
  copyRatio: fc.constantFrom(0, 0.5),
  delayMs: fc.integer({ min: 0, max: 200 }),
  jitterMs: fc.constantFrom(0, 5, 40, 300),
  /** The source pauses before this stretch. */
  pauseMs: fc.constantFrom(0, 0, 0, 50, 700, 4000),
  pauseMovesMedia: fc.boolean(),
  heartbeats: fc.boolean(),
  seqJump: fc.constantFrom(0, 0, 0, 3, 5000, 2 ** 40),
  tsJump: fc.constantFrom(0, 0, 0, -4000, 100_000_000),
})

const life = fc.record({
  seed: fc.integer(),
  stretches: fc.array(stretch, { minLength: 1, maxLength: 6 }),
  pullSamples: fc.constantFrom(128, 441, 480, 960, 2880),
  pullJitterMs: fc.constantFrom(0, 5, 60),
  sleepMs: fc.constantFrom(0, 0, 3000),
  sessionEvery: fc.constantFrom(0, 0, 3),
})

type Life = typeof life extends fc.Arbitrary<infer T> ? T : never

interface Event {
  readonly atUs: number
  readonly run: (nowUs: number) => void
}

class Run {
  readonly slots: PlayedSlot[] = []
  readonly playout: Playout
  readonly decoder: ToneDecoder = new ToneDecoder(1)
  readonly sessionStarts = new Set<number>()
  session = 0
  pulled = 0
  /** Silence before the first frame. */
  waited = 0
  resampled = false
  checked = 0

  constructor() {
    this.playout = new Playout({
      decoder: this.decoder,
      channels: 1,
      onPlayed: (slot) => this.slots.push(slot),
    })
  }

  openSession(session: number): void {
    this.session = session
    this.playout.newSession()
    this.sessionStarts.add(this.slots.length)
  }

  /** Frames of an earlier session are refused before: they do not verify with the new session's key. */
  push(sent: Frame, path: Path, nowUs: number, session: number): void {
    if (session === this.session) this.playout.push(sent, path, nowUs)
  }

  check(): void {
    const { framesSent, framesPlayed, framesConcealed, framesLost, ...rest } = this.playout.stats()
    expect(framesPlayed + framesConcealed + framesLost).toBe(framesSent)
    expect(rest.framesDuplicate).toBe(0)
    expect(Math.abs(rest.ratio - 1)).toBeLessThanOrEqual(0.01 + 1e-12)
    expect(rest.targetMs).toBeGreaterThanOrEqual(40)
    expect(rest.targetMs).toBeLessThanOrEqual(400)
    this.checked++
  }
}

function live(run: Run, { seed, stretches, pullSamples, pullJitterMs, sleepMs, sessionEvery }: Life): void {
  const random = seededRandom(seed)
  const events: Event[] = []
  let atUs = 1_000_000
  let seq = 10
  let ts48k = 480_000
  let session = 0
  stretches.forEach((part, index) => {
    for (let waited = 0; waited < part.pauseMs; waited += 100) {
      atUs += 100_000
      if (part.pauseMovesMedia) ts48k += 4800
      const headSeq = seq - 1
      const heartbeat = { headSeq, ts48k, wallclockUs: atUs, state: 'muted' } as const
      if (part.heartbeats) events.push({ atUs, run: (now) => run.playout.heartbeat(heartbeat, now) })
    }
    if (sessionEvery > 0 && index % sessionEvery === sessionEvery - 1) {
      seq = 0
      const opened = ++session
      events.push({ atUs, run: () => run.openSession(opened) })
    }
    seq += part.seqJump
    ts48k = Math.max(0, ts48k + part.tsJump)
    for (let i = 0; i < part.frames; i++) {
      const sent = frame({ seq: seq++, ts48k, samples: part.samples, captureUs: atUs })
      const sentIn = session
      const copies = (random() < part.lossRatio ? 0 : 1) + (random() < part.copyRatio ? 1 : 0)
      for (let copy = 0; copy < copies; copy++) {
        const delayUs = 1000 * (part.delayMs + random() * part.jitterMs)
        const path = copy === 0 ? 'swarm' : 'webrtc'
        events.push({ atUs: atUs + delayUs, run: (now) => run.push(sent, path, now, sentIn) })
      }
      ts48k += part.samples
      atUs += (part.samples * 1000) / 48
    }
  })
  const endUs = atUs + 500_000
  const asleepFromUs = 1_000_000 + random() * (endUs - 1_000_000)
  for (let pullUs = 1_000_000; pullUs < endUs; pullUs += (pullSamples * 1000) / 48) {
    if (pullUs > asleepFromUs && pullUs < asleepFromUs + sleepMs * 1000) continue
    events.push({ atUs: pullUs + random() * pullJitterMs * 1000, run: (now) => pull(run, pullSamples, now) })
  }
  events.sort((a, b) => a.atUs - b.atUs)
  events.forEach((event, i) => {
    event.run(event.atUs)
    if (i % 50 === 0) run.check()
  })
}

function pull(run: Run, samples: number, nowUs: number): void {
  const into = new Float32Array(samples).fill(Number.NaN)
  run.playout.pull(into, nowUs)
  run.pulled += samples
  const { state, ratio } = run.playout.stats()
  if (state === 'buffering') run.waited += samples
  run.resampled ||= ratio !== 1
  // Interpolation may overshoot at a step from sound to concealment; NaN fails the comparison.
  expect(into.every((value) => Math.abs(value) <= 1.2)).toBe(true)
}

/** The sequence numbers of the slots, as they stand: each once, none left out between the first and the last. */
function expectOneStoryPerFrame({ slots, sessionStarts }: Run, sent: number): void {
  let told = 0
  let next: number | undefined
  for (const [i, slot] of slots.entries()) {
    if (sessionStarts.has(i)) next = undefined
    if (slot.kind === 'filler') continue
    const from = slot.kind === 'frame' ? slot.frame.seq : slot.kind === 'lost' ? slot.fromSeq : slot.seq
    const to = slot.kind === 'lost' ? slot.toSeq : from
    expect(from).toBe(next ?? from)
    expect(to).toBeGreaterThanOrEqual(from)
    told += to - from + 1
    next = to + 1
  }
  expect(told).toBe(sent)
}

test('whatever the way does, every frame between first and last is played, concealed or lost, once', () => {
  fc.assert(
    fc.property(life, (given) => {
      const run = new Run()
      live(run, given)
      run.check()
      run.playout.finish()
      run.check()
      const stats = run.playout.stats()
      expectOneStoryPerFrame(run, stats.framesSent)
      expect(run.slots.filter((slot) => slot.kind === 'frame').length).toBe(stats.framesPlayed)
      if (given.sessionEvery === 0 && !run.resampled) {
        const samples = run.slots.reduce((sum, slot) => sum + slot.samples, 0)
        expect(samples + run.waited).toBeGreaterThanOrEqual(run.pulled)
        expect(samples + run.waited).toBeLessThanOrEqual(run.pulled + 5760)
      }
    }),
    { numRuns: 60 },
  )
})
