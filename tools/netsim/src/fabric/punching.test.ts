import { describe, expect, test } from 'vitest'
import { parsePacket } from '../ip/packet.ts'
import type { NatType } from '../nat/types.ts'
import { LabBench } from '../testing/lab-bench.ts'
import { destinationOf, sourceOf } from '../testing/packets.ts'
import { cloud, siteOfType } from '../topology/presets.ts'

const TYPES: NatType[] = [
  'public',
  'full-cone',
  'address-restricted',
  'port-restricted',
  'symmetric-sequential',
  'symmetric-random',
  'cgnat',
]

/**
 * Plain hole punching (RFC 5128 §3.3): both learn from a third party how they look, both write to that a few times,
 * and answer whatever arrives to where it came from. No port is guessed.
 */
function punch(a: NatType, b: NatType): boolean {
  const lab = new LabBench([
    cloud('c', ['carol']),
    siteOfType('a', ['alice'], a),
    siteOfType('b', ['bob'], b),
  ])
  const seen = (host: string): string => {
    lab.send(host, 5000, `${lab.v4('carol')}:80`)
    return sourceOf(lab.run()[0]?.packet)
  }
  const peers = { alice: seen('bob'), bob: seen('alice') }
  const heard = new Set<string>()
  for (let round = 0; round < 5; round++) {
    lab.send('alice', 5000, peers.alice)
    lab.send('bob', 5000, peers.bob)
    for (const { host, packet } of lab.run(200)) {
      if (parsePacket(packet)?.kind !== 'udp' || (host !== 'alice' && host !== 'bob')) continue
      expect(destinationOf(packet)).toBe(`${lab.v4(host)}:5000`)
      heard.add(host)
      peers[host] = sourceOf(packet)
    }
  }
  expect(lab.wrong).toBe(0)
  return heard.size === 2
}

const isSymmetric = (type: NatType): boolean => type.startsWith('symmetric')
const filtersPorts = (type: NatType): boolean =>
  type === 'port-restricted' || type === 'cgnat' || isSymmetric(type)

describe('plain hole punching meets the verdict of theory for all 49 pairs', () => {
  test.each(TYPES)('%s with each type', (a) => {
    for (const b of TYPES) {
      // A symmetric side is seen from another port than the one it told; only a filter that ignores ports lets it in.
      const fails = (isSymmetric(a) && filtersPorts(b)) || (isSymmetric(b) && filtersPorts(a))
      expect([b, punch(a, b)]).toEqual([b, !fails])
    }
  })
})
