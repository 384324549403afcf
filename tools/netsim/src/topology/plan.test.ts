import { describe, expect, test } from 'vitest'
import { inPrefix, parseIpv4, parsePrefix } from '../ip/address.ts'
import { NAT_TYPES, type NatSpec, type NatType } from '../nat/types.ts'
import { build, type HostPlan } from './plan.ts'
import { cloud, home, PRESETS, siteOfType } from './presets.ts'
import type { Site } from './topology.ts'

const TYPES: NatType[] = [
  'public',
  'full-cone',
  'address-restricted',
  'port-restricted',
  'symmetric-sequential',
  'symmetric-random',
  'cgnat',
]

/** What HyperDHT calls bogon, of IPv4. */
const BOGONS = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
].flatMap((line) => line.split(' ').map(parsePrefix))

const isBogon = (address: string): boolean =>
  BOGONS.some((prefix) => inPrefix(parseIpv4(address.split('/')[0] ?? ''), prefix))

const hostOf = (hosts: HostPlan[], id: string): HostPlan => {
  const host = hosts.find((plan) => plan.id === id)
  if (host === undefined) throw new Error(`no host ${id}`)
  return host
}

describe('addresses', () => {
  test('what should be public looks public, what should be private looks private', () => {
    const { hosts, nats } = build({ sites: TYPES.map((type) => siteOfType(type, [`host-${type}`], type)) })
    for (const host of hosts) expect(isBogon(host.addresses.v4)).toBe(host.id !== 'host-public')
    for (const nat of nats) expect(isBogon(nat.config.publicAddress)).toBe(nat.outside !== 'core')
  })

  test('no two public addresses are the same, and the plan is the same each time', () => {
    const sites = Array.from({ length: 300 }, (_, i) =>
      siteOfType(`s${i}`, [`h${i}`], TYPES[i % 7] ?? 'public'),
    )
    const plan = build({ sites })
    const addresses = [
      ...plan.nats.filter((nat) => nat.outside === 'core').map((nat) => nat.config.publicAddress),
      ...plan.hosts.filter((host) => !isBogon(host.addresses.v4)).map((host) => host.addresses.v4),
    ]
    expect(addresses.length).toBe(300)
    expect(new Set(addresses).size).toBe(300)
    expect(build({ sites })).toEqual(plan)
  })

  test('homes share a prefix, as they do, but their hosts differ unless asked for', () => {
    const { hosts } = build({
      sites: [
        home('a', ['alice', 'anna']),
        home('b', ['bob']),
        home('c', [{ id: 'carol', address: '192.168.1.20' }]),
      ],
    })
    expect(hosts.map((host) => host.addresses.v4)).toEqual([
      '192.168.1.20/24',
      '192.168.1.21/24',
      '192.168.1.22/24',
      '192.168.1.20/24',
    ])
    expect(hosts[0]?.gateway).toBe('192.168.1.1')
  })

  test('IPv6 is there where a site has it', () => {
    const { hosts } = build({
      sites: [
        home('a', ['alice'], { ipv6: { firewall: 'stateful' } }),
        home('b', ['bob'], { ipv6: { firewall: 'none' } }),
        cloud('c', ['carol'], { ipv6: { firewall: 'open' } }),
      ],
    })
    expect(hostOf(hosts, 'alice')).toMatchObject({
      addresses: { v6: '2a0e:9ea2:0:1::14/64' },
      gateway6: '2a0e:9ea2:0:1::1',
    })
    expect(hostOf(hosts, 'bob').addresses.v6).toBeUndefined()
    expect(hostOf(hosts, 'carol').addresses.v6).toMatch(/^2a0e:9ea2:0:3::/)
  })
})

describe('NATs', () => {
  test('in series: the home router has an address of the provider, the provider a public one', () => {
    const { nats } = build({ sites: [siteOfType('flat', ['alice'], 'cgnat')] })
    const outer = nats.find((nat) => nat.id === 'flat/nat1')
    const inner = nats.find((nat) => nat.id === 'flat/nat0')
    expect(outer).toMatchObject({ place: 'operator', outside: 'core', config: { publicAddress: '5.1.0.2' } })
    expect(inner).toMatchObject({
      place: 'premises',
      outside: 'flat/nat1',
      config: { publicAddress: '100.64.0.2' },
    })
  })

  test('two subscribers share the NAT that both name', () => {
    const shared: NatSpec[] = NAT_TYPES.cgnat.map((nat) =>
      nat.place === 'operator' ? { ...nat, id: 'provider' } : nat,
    )
    const { nats, sites } = build({
      sites: [home('a', ['alice'], { nats: shared }), home('b', ['bob'], { nats: shared })],
    })
    expect(nats.map((nat) => nat.id)).toEqual(['provider', 'a/nat0', 'b/nat0'])
    expect(nats[0]?.sites).toEqual(['a', 'b'])
    expect(sites.map((site) => site.uplink)).toEqual(['provider', 'provider'])
    expect(nats[1]?.config.publicAddress).not.toBe(nats[2]?.config.publicAddress)
  })
})

test.each(Object.entries(PRESETS))('the preset %s can be built, alone and twice', (_, preset) => {
  const { hosts } = build({ sites: [preset('a', ['alice']), preset('b', ['bob', 'carol'])] })
  expect(hosts.map((host) => host.site)).toEqual(['a', 'b', 'b'])
  expect(hosts[0]?.mtu).toBeGreaterThanOrEqual(1280)
})

const CGNAT_FIRST = NAT_TYPES.cgnat.toReversed()

test.each<[string, Site[]]>([
  ['two sites are called "a"', [cloud('a', []), cloud('a', [])]],
  ['two hosts are called "h"', [cloud('a', ['h']), cloud('b', ['h'])]],
  ['two hosts of site "a" have one address', [home('a', ['h', { id: 'i', address: '192.168.1.20' }])]],
  ['an address outside of its site', [home('a', [{ id: 'h', address: '192.168.2.20' }])]],
  ['a premises NAT outside of an operator', [home('a', [], { nats: CGNAT_FIRST })]],
  [
    'is shared by sites that disagree',
    [
      home('a', [], { nats: NAT_TYPES.cgnat.map((nat, i) => ({ ...nat, id: `a${i}` })) }),
      home('b', [], { nats: NAT_TYPES.cgnat.slice(1).flatMap((nat) => [{ ...nat, id: 'a1' }, nat]) }),
    ],
  ],
  ['must be private', [home('a', [], { lanPrefix: '5.1.0.0/24' })]],
  [
    'two NATs are called "n"',
    ['a', 'b'].map((id) =>
      home(id, [], { nats: NAT_TYPES['full-cone'].map((nat) => ({ ...nat, id: 'n' })) }),
    ),
  ],
])('refused: %s', (problem, sites) => {
  expect(() => build({ sites })).toThrow(problem)
})
