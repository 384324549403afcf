import sodium from 'sodium-universal'
import { Reception, type Decoder } from '@pearcast/media'
import {
  encodeDatagram,
  FrameSigner,
  keyPairFromSeed,
  streamContext,
  type Frame,
  type Sodium,
} from '@pearcast/protocol'
import { ChildCongestion } from '@pearcast/session-fsm'
import { expect, test } from 'vitest'
import { RelayPeer } from '@pearcast/relay'
import { hostLimits } from '../audience/audience.ts'
import { Intake } from '../tuner/intake.ts'
import { Player } from './player.ts'

const FRAME_SAMPLES = 960
const FRAME_US = 20_000
const MINUTE_US = 60_000_000
const WAY_US = 20_000
const JITTER_US = 3000
/** What the station's wall clock shows when the listener's shows zero. */
const EPOCH_US = 1_795_000_000_000_000
const PAYLOAD = Uint8Array.of(0xf8, 1, 2, 3)
/** Of an hour in which nothing is lost only the start may have an edge. */
const EDGE_FRAMES = 100

/** 180 000 frames would take 10 s to sign and to verify, and signatures do not drift. */
const unsigned: Sodium = {
  ...sodium,
  crypto_sign_detached: () => undefined,
  crypto_sign_verify_detached: () => true,
}

class SilentDecoder implements Decoder {
  readonly #pcm = new Float32Array(5760)
  decode(): Float32Array {
    return this.#pcm.subarray(0, FRAME_SAMPLES)
  }
  conceal(samples: number): Float32Array {
    return this.#pcm.subarray(0, samples)
  }
  reset(): void {}
}

const PARENT = 'aa'.repeat(32)

/** A peer of the tree without children and without a parent: every frame is new or known. */
function leafOf({ isCopy, ring, verify }: Intake): RelayPeer<Frame> {
  return new RelayPeer<Frame>({
    self: 'bb'.repeat(32),
    ring,
    verify,
    isCopy,
    limits: hostLimits(0, { bitrate: 96_000, maxPerPrefix: 0 }),
    random: () => 0.5,
    sendFrame: () => true,
    sendBeat: () => undefined,
    perform: () => undefined,
  })
}

/**
 * An hour between two computers in virtual time, from the bytes of a datagram to the sink: the station samples and
 * stamps by a clock that is off by so many parts per million, pings compare the clocks, reports go back.
 */
class Hour {
  nowUs = 0
  readonly intake: Intake
  readonly player: Player
  readonly congestion: ChildCongestion = new ChildCongestion()
  gaps = 0
  worstQueueMs = 0
  worstClockUs = 0
  readonly #reception = new Reception()
  readonly #signer: FrameSigner
  readonly #rate: number
  readonly #block = new Float32Array(FRAME_SAMPLES)
  #seq = 0
  #pulledUs = 0
  #state = 1

  constructor(ppm: number) {
    this.#rate = 1 + ppm / 1e6
    const { publicKey, secretKey } = keyPairFromSeed(sodium, new Uint8Array(32).fill(7))
    const session = {
      stationKey: publicKey,
      sessionKey: publicKey,
      generation: 1,
      term: 1,
      notAfterS: 2 ** 40,
    }
    this.#signer = new FrameSigner(unsigned, secretKey, streamContext(sodium, session, 0))
    const clock = (): number => this.nowUs
    this.intake = new Intake({
      sodium: unsigned,
      nowUs: clock,
      onFrame: (frame, path, _from, _isNew, now) => {
        this.#reception.onFrame(frame, now)
        this.player.push(frame, path, now)
      },
      onForwarded: () => undefined,
      onHeartbeat: () => undefined,
    })
    this.player = new Player({
      clock: this.intake.clock,
      repair: this.intake.repair,
      decoder: new SilentDecoder(),
      channels: 1,
      nowUs: clock,
      onPlayed: () => undefined,
      onGap: () => this.gaps++,
    })
    this.intake.plant(leafOf(this.intake))
    this.intake.begin(session)
  }

  /** A step is a frame of the station's; the sink pulls by the listener's clock, whatever lies in between. */
  runTo(endUs: number): void {
    for (;;) {
      const sentUs = (this.#seq * FRAME_US) / this.#rate
      if (sentUs > endUs) return
      this.#pullBefore(sentUs + WAY_US)
      this.nowUs = sentUs + WAY_US + this.#random() * JITTER_US
      this.intake.onDatagram(this.#frame(sentUs), PARENT, 'swarm')
      if (this.#seq % 5 === 0) this.player.tuneRepair()
      if (this.#seq % 50 === 0) this.#everySecond()
    }
  }

  #pullBefore(us: number): void {
    while (this.#pulledUs < us) {
      this.nowUs = Math.max(this.nowUs, this.#pulledUs)
      this.player.pull(this.#block)
      this.#pulledUs += FRAME_US
    }
  }

  #frame(sentUs: number): Uint8Array {
    const seq = ++this.#seq
    const captureUs = Math.round(this.#stationUs(sentUs))
    const { body } = this.#signer.sign({ seq, ts48k: seq * FRAME_SAMPLES, captureUs, payload: PAYLOAD })
    return encodeDatagram({ type: 'frame', channel: 1, hops: 0, body })
  }

  #everySecond(): void {
    const { nowUs } = this
    const there = this.#stationUs(nowUs - WAY_US)
    this.intake.clock.sample(nowUs - 2 * WAY_US, there, nowUs)
    const apart = Math.abs(this.intake.clock.toLocal(this.#stationUs(nowUs)) - nowUs)
    this.worstClockUs = Math.max(this.worstClockUs, apart)
    const report = this.#reception.report(nowUs)
    this.congestion.onReport(report, nowUs / 1000)
    this.worstQueueMs = Math.max(this.worstQueueMs, report.delayMs)
  }

  #stationUs(us: number): number {
    return EPOCH_US + us * this.#rate
  }

  #random(): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2 ** 31
    return this.#state / 2 ** 31
  }
}

test.each([100, -100])(
  'an hour with a station whose clock is %i ppm off: no gap, a steady buffer, and nobody takes drift for a queue',
  (ppm) => {
    const hour = new Hour(ppm)
    for (let minute = 1; minute <= 60; minute++) {
      hour.runTo(minute * MINUTE_US)
      const { bufferMs, latencyMs, targetMs } = hour.player.stats()
      expect({ minute, targetMs }).toEqual({ minute, targetMs: 40 })
      expect(bufferMs).toBeGreaterThan(5)
      expect(bufferMs).toBeLessThan(100)
      // As far as the clocks say: a way of 20 ms, a frame, and the buffer.
      expect(latencyMs.p50).toBeGreaterThan(40)
      expect(latencyMs.p95).toBeLessThan(130)
    }
    const stats = hour.player.stats()
    expect(stats).toMatchObject({
      framesLost: 0,
      framesConcealed: 0,
      framesLate: 0,
      framesDuplicate: 0,
      gaps: 0,
    })
    expect(stats.framesPlayed).toBeGreaterThan(180_000 * (1 - 1e-4) - EDGE_FRAMES)
    expect({ gaps: hour.gaps, refused: hour.intake.refused }).toEqual({ gaps: 0, refused: 0 })
    // 16 s of probes, in which the clocks part by 1.6 ms.
    expect(hour.worstClockUs).toBeLessThan(2000)
    expect(hour.worstQueueMs).toBeLessThanOrEqual(5)
    expect(hour.congestion.treatment).toBe('full')
  },
)
