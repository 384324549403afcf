import { describe, expect, test } from 'vitest'
import { NAT_TYPES, type NatType } from '../nat/types.ts'
import { hotspot, udpBlocked } from '../topology/presets.ts'
import { predict, type Help, type Prediction } from './oracle.ts'
import { traitsOf, type Surroundings } from './traits.ts'

const TYPES = Object.keys(NAT_TYPES).filter((type): type is NatType => type in NAT_TYPES)

function behind(type: NatType, more: Partial<Surroundings> = {}): Surroundings {
  return { nats: NAT_TYPES[type], link: { delayMs: 10 }, ...more }
}

function pair(here: Surroundings, there: Surroundings | 'same-lan', help: Help = 'none'): Prediction {
  return predict({ broadcaster: here, listener: there, help })
}

function vias(prediction: Prediction): string[] {
  return prediction.outcome === 'heard' ? [...new Set(prediction.ways.map(({ via }) => via))].toSorted() : []
}

describe('a place', () => {
  test.each<[NatType, string]>([
    ['public', 'open'],
    ['full-cone', 'consistent'],
    ['cgnat', 'consistent'],
    ['symmetric-sequential', 'predictable'],
    ['symmetric-random', 'random'],
  ])('%s is %s', (type, mapping) => {
    expect(traitsOf(behind(type)).mapping).toBe(mapping)
  })

  test('is as bad as the worst of its NATs', () => {
    const chain = [...NAT_TYPES['port-restricted'], ...NAT_TYPES['symmetric-random']]
    expect(traitsOf({ ...behind('public'), nats: chain }).mapping).toBe('random')
    const counted = [...NAT_TYPES['symmetric-sequential'], ...NAT_TYPES['symmetric-random']]
    expect(traitsOf({ ...behind('public'), nats: counted }).mapping).toBe('random')
  })
})

describe('without help', () => {
  test('of the 49 pairs, the four of two NATs that map anew for each destination are silent', () => {
    const silent = TYPES.flatMap((here) =>
      TYPES.filter((there) => pair(behind(here), behind(there)).outcome === 'silent').map(
        (there) => `${here} x ${there}`,
      ),
    )
    expect(silent.toSorted()).toEqual([
      'symmetric-random x symmetric-random',
      'symmetric-random x symmetric-sequential',
      'symmetric-sequential x symmetric-random',
      'symmetric-sequential x symmetric-sequential',
    ])
  })

  test('a limit has a name', () => {
    const random = behind('symmetric-random')
    expect(pair(random, random)).toMatchObject({ limit: 'two-random-nats' })
    expect(pair(random, behind('symmetric-sequential'))).toMatchObject({ limit: 'no-port-prediction' })
    expect(pair({ ...hotspot('', []) }, 'same-lan')).toMatchObject({ limit: 'no-hairpin' })
  })

  test.each<[NatType, NatType, string[]]>([
    ['public', 'public', ['public', 'punched', 'webrtc']],
    ['public', 'symmetric-random', ['birthday', 'public', 'webrtc']],
    ['cgnat', 'public', ['public', 'punched', 'webrtc']],
    ['port-restricted', 'cgnat', ['punched']],
    ['full-cone', 'symmetric-sequential', ['birthday']],
  ])('%s x %s comes via %j', (here, there, expected) => {
    expect(vias(pair(behind(here), behind(there)))).toEqual(expected)
  })

  test('who is reached does not matter for whether, except to who sends first', () => {
    for (const here of TYPES)
      for (const there of TYPES)
        expect(pair(behind(here), behind(there)).outcome).toBe(pair(behind(there), behind(here)).outcome)
  })

  test('neighbours meet on the LAN; where they are kept apart, at a NAT that hairpins', () => {
    expect(vias(pair(behind('symmetric-random'), 'same-lan'))).toEqual(['lan', 'webrtc'])
    expect(vias(pair(behind('port-restricted', { apIsolation: true }), 'same-lan'))).toEqual(['punched'])
  })

  test('two sides with IPv6 may come to WebRTC, one with it does not', () => {
    const both = behind('port-restricted', { ipv6: { firewall: 'stateful' } })
    expect(vias(pair(both, both))).toEqual(['punched', 'webrtc'])
    expect(vias(pair(both, behind('port-restricted')))).toEqual(['punched'])
  })
})

describe('with a relay, or a listener that can be reached', () => {
  test.each<Help>(['relay', 'listener'])('every pair with UDP is heard (%s)', (help) => {
    for (const here of TYPES)
      for (const there of TYPES) expect(pair(behind(here), behind(there), help).outcome).toBe('heard')
    expect(vias(pair(hotspot('', []), 'same-lan', help))).toEqual(['relay'])
  })

  test('what cannot be reached directly is relayed, and nothing else', () => {
    expect(vias(pair(behind('symmetric-random'), behind('symmetric-random'), 'relay'))).toEqual(['relay'])
  })

  test('help takes no direct way away', () => {
    for (const here of TYPES)
      for (const there of TYPES) {
        const alone = vias(pair(behind(here), behind(there)))
        expect(vias(pair(behind(here), behind(there), 'relay'))).toEqual(expect.arrayContaining(alone))
      }
  })
})

test('who has no UDP is told, and no help changes that', () => {
  const blocked = udpBlocked('', [])
  for (const help of ['none', 'relay', 'listener'] as const) {
    expect(pair(blocked, behind('public'), help)).toEqual({
      outcome: 'error',
      role: 'broadcaster',
      code: 'NO_UDP',
    })
    expect(pair(behind('public'), blocked, help)).toMatchObject({ outcome: 'error', role: 'listener' })
  }
})
