import { describe, expect, test } from 'vitest'
import { FrameRing } from './frame-ring.ts'
import { RepairRequester } from './repair-requester.ts'
import { Bench } from './testing/bench.ts'
import { seededRandom } from './testing/random.ts'

type Loss = () => boolean

function randomLoss(ratio: number, random: () => number): Loss {
  return () => random() < ratio
}

/** Gilbert-Elliott: everything is lost in the bad state, which lasts 4 packets on average. */
function gilbertElliott(ratio: number, meanBurst: number, random: () => number): Loss {
  let bad = false
  const leave = 1 / meanBurst
  const enter = (ratio * leave) / (1 - ratio)
  return () => {
    bad = bad ? random() >= leave : random() < enter
    return bad
  }
}

/** A listener that asks its parent for what it lacks, over a way that loses both ways. */
function repairing(rttMs: number, loss: Loss, seed: number): Bench {
  const bench = new Bench({ seed, onPlayed: () => {} })
  const random = seededRandom(seed + 1000)
  const ring = new FrameRing()
  const repair = new RepairRequester({ rttUs: rttMs * 1000 })
  const oneWayUs = (): number => rttMs * 500 + random() * 3000
  const ask = (nowUs: number): void => {
    const seqs = repair.due(nowUs)
    if (seqs.length === 0 || loss()) return
    for (const seq of seqs) {
      const again = ring.get(seq)
      if (again !== undefined && !loss()) bench.sendNow(again, oneWayUs() + oneWayUs())
    }
  }
  bench.channel = (sent) => {
    ring.put(sent)
    return loss() ? [] : [oneWayUs()]
  }
  bench.onArrival = ({ seq }, nowUs) => {
    repair.onFrame(seq, nowUs)
    ask(nowUs)
  }
  bench.onBlock = (_, nowUs) => ask(nowUs)
  return bench
}

describe('repair and playout together, 5 min at RTT 40 ms', () => {
  test('5 % random loss: at most 0.1 % of the frames are concealed', () => {
    const bench = repairing(40, randomLoss(0.05, seededRandom(1)), 1)
    const stats = bench.run(300_000).playout.stats()
    expect(stats.framesConcealed / stats.framesSent).toBeLessThanOrEqual(0.001)
    expect(stats).toMatchObject({ framesLost: 0, interruptions: 0, framesDuplicate: 0 })
    expect(stats.latencyMs.p95).toBeLessThan(300)
  })

  test('Gilbert-Elliott 3 %, bursts of 4: at most 0.5 % are concealed and nothing is interrupted', () => {
    const bench = repairing(40, gilbertElliott(0.03, 4, seededRandom(2)), 2)
    const stats = bench.run(300_000).playout.stats()
    expect(stats.framesConcealed / stats.framesSent).toBeLessThanOrEqual(0.005)
    expect(stats.framesLost / stats.framesSent).toBeLessThanOrEqual(0.001)
    expect(stats).toMatchObject({ interruptions: 0, framesDuplicate: 0 })
  })
})
