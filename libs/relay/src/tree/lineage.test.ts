import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lineage } from './lineage.ts'

/** A peer of a model without time: frames wait in its children's inboxes for as long as chance wants. */
interface Peer {
  readonly lineage: Lineage
  primary: number | undefined
  readonly inbox: { from: number; seq: number; hops: number }[]
}

const PEERS = 7
const ROOT = 0

/** Follows the primaries from everybody: a way longer than there are peers is a circle. */
function hasLoop(peers: readonly Peer[]): boolean {
  return peers.some((_, start) => {
    let at: number | undefined = start
    for (let steps = 0; steps <= PEERS; steps++) {
      if (at === undefined) return false
      at = peers[at]?.primary
    }
    return true
  })
}

describe('frames order the tree', () => {
  test('whoever moves when and under whom, with news as old as it may be, there is never a loop', () => {
    const step = fc.record({
      kind: fc.constantFrom('publish' as const, 'send' as const, 'receive' as const, 'lose' as const),
      who: fc.nat(PEERS - 1),
      whom: fc.nat(PEERS - 1),
      pick: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const peers: Peer[] = Array.from({ length: PEERS }, () => ({
          lineage: new Lineage(),
          primary: undefined,
          inbox: [],
        }))
        let seq = 0
        for (const { kind, pick, who, whom } of steps) {
          const [peer, other] = [peers[who], peers[whom]]
          if (peer === undefined || other === undefined) continue
          if (kind === 'publish') peers[ROOT]?.lineage.originate(0, ++seq)
          // Anybody may be asked to send at any time; what is sent is the sender's newest, with its own depth.
          if (kind === 'send' && who !== whom && peer.lineage.depth <= 16) {
            other.inbox.push({ from: who, seq: peer.lineage.headSeq, hops: peer.lineage.depth })
          }
          if (kind === 'lose' && who !== ROOT) peer.primary = undefined
          if (kind === 'receive' && who !== ROOT && peer.inbox.length > 0) {
            const [frame] = peer.inbox.splice(pick % peer.inbox.length, 1)
            if (frame === undefined) continue
            const { from, hops, seq: got } = frame
            if (from === peer.primary) peer.lineage.advance(0, got, hops)
            else if (peer.lineage.isNearer(0, got, hops)) {
              peer.lineage.moveTo(0, got, hops)
              peer.primary = from
            }
          }
          expect(hasLoop(peers)).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('the newest frame of the primary is the place, older ones and copies change nothing', () => {
    const lineage = new Lineage()
    expect([lineage.headSeq, lineage.depth]).toEqual([-1, 17])
    lineage.advance(0, 10, 2)
    lineage.advance(0, 9, 0)
    lineage.advance(0, 10, 0)
    expect([lineage.headSeq, lineage.depth]).toEqual([10, 3])
    lineage.advance(0, 11, 4)
    expect([lineage.headSeq, lineage.depth]).toEqual([11, 5])
  })

  test('nearer is a newer frame, or the same over fewer hops than ours', () => {
    const lineage = new Lineage()
    lineage.advance(0, 10, 2)
    expect(lineage.isNearer(0, 11, 16)).toBe(true)
    expect(lineage.isNearer(0, 10, 2)).toBe(true)
    expect(lineage.isNearer(0, 10, 3)).toBe(false)
    expect(lineage.isNearer(0, 9, 0)).toBe(false)
  })

  test('a new run of the station begins at 1 again, and an old one is over', () => {
    const lineage = new Lineage()
    lineage.advance(1, 5000, 2)
    expect(lineage.isNearer(2, 1, 9)).toBe(true)
    expect(lineage.isNearer(0, 9000, 0)).toBe(false)
    lineage.advance(2, 1, 3)
    expect([lineage.run, lineage.headSeq, lineage.depth]).toEqual([2, 1, 4])
  })
})
