import { describe, expect, test } from 'vitest'
import type { NatType } from '../nat/types.ts'
import { parseScenarioFile } from '../scenarios/scenario-file.ts'
import { placeOf, type Surroundings } from './place.ts'
import { fieldScenario } from './scenario.ts'

const HOME: Surroundings = {
  addresses: ['192.168.1.20'],
  found: { mapping: 'endpoint-independent', firewalled: true, portPreserved: true },
}

describe('the place that was found', () => {
  test('is a router that keeps ports where the DHT sees one', () => {
    const { place, measured } = placeOf(HOME)
    expect(place.nats).toMatchObject([
      {
        place: 'premises',
        behaviour: {
          mapping: 'endpoint-independent',
          filtering: 'address-and-port-dependent',
          portAllocation: 'preserving',
        },
      },
    ])
    expect(measured).toEqual([
      'mapping: endpoint-independent',
      'strangers do not come in',
      'ports: preserved',
    ])
  })

  test('is behind an operator with an address of shared space', () => {
    const found = { mapping: 'endpoint-independent', firewalled: true, portPreserved: false } as const
    expect(placeOf({ addresses: ['100.64.1.20'], found }).place.nats).toMatchObject([
      { place: 'operator', behaviour: { portAllocation: 'random' } },
    ])
  })

  test('has no NAT where everybody comes in to the own address', () => {
    const found = { mapping: 'none', firewalled: false, portPreserved: true } as const
    expect(placeOf({ addresses: ['5.1.0.20'], found }).place.nats).toEqual([])
  })

  test('has IPv6 with a global address only', () => {
    const withAddress = (address: string): unknown => placeOf({ ...HOME, addresses: [address] }).place.ipv6
    expect(withAddress('2001:db8::1')).toEqual({ firewall: 'stateful' })
    expect(withAddress('fe80::1')).toBeUndefined()
    expect(withAddress('fd00::1')).toBeUndefined()
  })

  test('lets no UDP through where none came back', () => {
    expect(placeOf({ addresses: ['10.0.0.2'], found: undefined }).place.udpBlocked).toBe(true)
  })
})

test.each<[Surroundings['found'], NatType, string]>([
  [HOME.found, 'port-restricted', 'heard'],
  [
    { mapping: 'address-and-port-dependent', firewalled: true, portPreserved: false },
    'symmetric-random',
    'silent',
  ],
  [undefined, 'public', 'error'],
])('%j, the other behind %s: %s is expected, and the file names no address', (found, other, verdict) => {
  const addresses = ['192.168.17.20', '2001:db8::17']
  for (const role of ['broadcaster', 'listener'] as const) {
    const file = fieldScenario(placeOf({ addresses: [...addresses].slice(0, 1), found }), { role, other })
    const text = JSON.stringify(file)
    expect(parseScenarioFile(JSON.parse(text))).toEqual(file)
    expect(file.scenario.expect.verdict).toBe(verdict)
    for (const address of addresses) expect(text).not.toContain(address)
  }
})
