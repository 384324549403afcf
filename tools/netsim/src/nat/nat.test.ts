import { describe, expect, test } from 'vitest'
import { NAT_ADDRESS, NatBench } from '../testing/nat-bench.ts'
import { udp } from '../testing/packets.ts'
import type { EndpointDependence } from './config.ts'

const ALICE = '192.168.1.20:5000'
const BOB = '192.168.1.21:5000'
const Y1 = '5.9.0.1:1000'
/** Y1's address, another port. */
const Y1B = '5.9.0.1:1001'
const Y2 = '5.9.0.2:1000'

const BEHAVIOURS: EndpointDependence[] = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
]

describe('RFC 4787 REQ-1, §4.1: mapping', () => {
  test.each([
    ['endpoint-independent', true, true],
    ['address-dependent', true, false],
    ['address-and-port-dependent', false, false],
  ] as const)('%s', (mapping, sameForOtherPort, sameForOtherAddress) => {
    for (const portAllocation of ['preserving', 'sequential', 'random'] as const) {
      const bench = new NatBench({ mapping, portAllocation })
      const first = bench.out(ALICE, Y1)
      expect(bench.out(ALICE, Y1)).toBe(first)
      expect(bench.out(ALICE, Y1B) === first).toBe(sameForOtherPort)
      expect(bench.out(ALICE, Y2) === first).toBe(sameForOtherAddress)
      expect(bench.out(ALICE, Y1)).toBe(first)
      expect(bench.out('192.168.1.20:5001', Y1)).not.toBe(first)
      expect(bench.out(BOB, Y1)).not.toBe(first)
    }
  })
})

test('RFC 4787 REQ-2, §4.1: one address, so its pooling is paired', () => {
  const bench = new NatBench({ portAllocation: 'random' })
  for (let port = 2000; port < 2100; port++)
    expect(bench.out(`192.168.1.20:${port}`, Y1).split(':')[0]).toBe(NAT_ADDRESS)
})

describe('RFC 4787 REQ-3, §4.2.1: port assignment', () => {
  test('preserving: the internal port, and another one rather than overloading it', () => {
    const bench = new NatBench()
    expect(bench.out(ALICE, Y1)).toBe(`${NAT_ADDRESS}:5000`)
    expect(bench.out(BOB, Y1)).toBe(`${NAT_ADDRESS}:5002`)
    expect(bench.in(Y1, `${NAT_ADDRESS}:5000`)).toBe(ALICE)
    expect(bench.in(Y1, `${NAT_ADDRESS}:5002`)).toBe(BOB)
  })

  test('sequential: each new mapping gets the next port', () => {
    const bench = new NatBench({ mapping: 'address-and-port-dependent', portAllocation: 'sequential' })
    const ports = [Y1, Y1B, Y2].map((to) => Number(bench.out(ALICE, to).split(':')[1]))
    expect(ports).toEqual([ports[0], (ports[0] ?? 0) + 1, (ports[0] ?? 0) + 2])
  })

  test('random: the ports of one NAT are spread, and a seed chooses them', () => {
    const portsOf = (seed: number): number[] => {
      const bench = new NatBench({ portAllocation: 'random' }, seed)
      return Array.from({ length: 200 }, (_, i) =>
        Number(bench.out(`192.168.1.20:${2000 + i}`, Y1).split(':')[1]),
      )
    }
    const ports = portsOf(7)
    expect(new Set(ports).size).toBe(200)
    expect(ports.filter((port) => port < 33_280).length).toBeGreaterThan(70)
    expect(ports.filter((port) => port >= 33_280).length).toBeGreaterThan(70)
    expect(portsOf(7)).toEqual(ports)
    expect(portsOf(8)).not.toEqual(ports)
  })

  test('a full NAT refuses new bindings instead of overloading a port, and keeps the old ones', () => {
    const bench = new NatBench({ maxBindings: 10, bindingLifetimeMs: 1000 })
    for (let i = 0; i < 10; i++) expect(bench.out(`192.168.1.20:${3000 + i}`, Y1)).not.toBe('dropped')
    expect(bench.out('192.168.1.21:4000', Y1)).toBe('dropped')
    expect(bench.out('192.168.1.20:3000', Y2)).toBe(`${NAT_ADDRESS}:3000`)
    bench.nowMs = 1000
    expect(bench.out('192.168.1.21:4000', Y1)).toBe(`${NAT_ADDRESS}:4000`)
  })

  test('RFC 6888 REQ-4: one subscriber cannot take the ports of all', () => {
    const bench = new NatBench({ maxBindingsPerHost: 2 })
    expect(bench.out('100.64.0.2:1000', Y1)).not.toBe('dropped')
    expect(bench.out('100.64.0.2:1001', Y1)).not.toBe('dropped')
    expect(bench.out('100.64.0.2:1002', Y1)).toBe('dropped')
    expect(bench.out('100.64.1.2:1002', Y1)).not.toBe('dropped')
  })

  test('REQ-3a: well-known ports stay well-known, others do not become so', () => {
    for (const portAllocation of ['preserving', 'sequential', 'random'] as const) {
      const bench = new NatBench({ portAllocation })
      for (let host = 2; host < 60; host++) {
        expect(Number(bench.out(`192.168.1.${host}:123`, Y1).split(':')[1])).toBeLessThan(1024)
        expect(Number(bench.out(`192.168.1.${host}:65534`, Y1).split(':')[1])).toBeGreaterThan(1023)
      }
    }
  })
})

test('RFC 4787 REQ-4, §4.2.2: a port that is not kept keeps its parity', () => {
  const bench = new NatBench()
  for (let host = 2; host < 40; host++)
    for (const port of [5000, 5001, 65_535])
      expect(Number(bench.out(`192.168.1.${host}:${port}`, Y1).split(':')[1]) % 2).toBe(port % 2)
})

describe('RFC 4787 REQ-5, §4.3: a binding ends when its timer does', () => {
  test('REQ-5b: the timer is what the configuration says', () => {
    const bench = new NatBench({ bindingLifetimeMs: 120_000 })
    const external = bench.out(ALICE, Y1)
    bench.nowMs = 119_999
    expect(bench.in(Y1, external)).toBe(ALICE)
    bench.nowMs += 120_000
    expect(bench.in(Y1, external)).toBe('dropped')
  })

  test('after the end the port is free for others, and the endpoint may get another one', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000 })
    bench.out(ALICE, Y1)
    bench.nowMs = 1000
    expect(bench.out(BOB, Y1)).toBe(`${NAT_ADDRESS}:5000`)
    expect(bench.out(ALICE, Y1)).toBe(`${NAT_ADDRESS}:5002`)
  })

  test('an endpoint that comes back after the end gets the port that it had, if that is free', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000 })
    bench.out(BOB, Y1)
    bench.nowMs = 500
    expect(bench.out(ALICE, Y1)).toBe(`${NAT_ADDRESS}:5002`)
    bench.nowMs = 1400
    bench.out(BOB, Y1)
    bench.nowMs = 1600
    expect(bench.out(ALICE, Y1)).toBe(`${NAT_ADDRESS}:5002`)
  })

  test('what nobody uses does not pile up', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000, portAllocation: 'random' })
    for (let i = 0; i < 1000; i++) {
      bench.nowMs = i * 10
      bench.out(`192.168.1.20:${2000 + i}`, Y1)
    }
    expect(bench.nat.bindings).toBeLessThan(210)
  })
})

describe('RFC 4787 REQ-6, §4.3: refresh', () => {
  test('packets from inside keep a binding', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000, refresh: 'outbound' })
    const external = bench.out(ALICE, Y1)
    for (bench.nowMs = 900; bench.nowMs < 9000; bench.nowMs += 900)
      expect(bench.out(ALICE, Y2)).toBe(external)
    expect(bench.in(Y2, external)).toBe(ALICE)
  })

  test.each([
    ['outbound', 'dropped'],
    ['both', ALICE],
  ] as const)('REQ-6a: packets from outside, with refresh %s', (refresh, atTheEnd) => {
    const bench = new NatBench({
      bindingLifetimeMs: 1000,
      refresh,
      filtering: 'address-and-port-dependent',
    })
    const external = bench.out(ALICE, Y1)
    bench.nowMs = 900
    expect(bench.in(Y1, external)).toBe(ALICE)
    bench.nowMs = 1800
    expect(bench.in(Y1, external)).toBe(atTheEnd)
  })

  test('a packet that the filter refuses refreshes nothing', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000, filtering: 'address-dependent' })
    const external = bench.out(ALICE, Y1)
    bench.nowMs = 900
    expect(bench.in(Y2, external)).toBe('dropped')
    bench.nowMs = 1000
    expect(bench.in(Y1, external)).toBe('dropped')
  })

  test('a permission ends by itself while the binding lives on for others', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000, filtering: 'address-dependent' })
    const external = bench.out(ALICE, Y1)
    bench.nowMs = 900
    bench.out(ALICE, Y2)
    bench.nowMs = 1800
    expect(bench.in(Y1, external)).toBe('dropped')
    expect(bench.in(Y2, external)).toBe(ALICE)
  })
})

test('RFC 4787 REQ-7, §4.4: remote addresses may look like inside ones', () => {
  const bench = new NatBench({ publicAddress: '192.168.1.99' })
  expect(bench.out(ALICE, '192.168.1.21:80')).toBe('192.168.1.99:5000')
  expect(bench.in('192.168.1.21:80', '192.168.1.99:5000')).toBe(ALICE)
})

describe('RFC 4787 REQ-8, §5: filtering', () => {
  test.each([
    ['endpoint-independent', ALICE, ALICE],
    ['address-dependent', ALICE, 'dropped'],
    ['address-and-port-dependent', 'dropped', 'dropped'],
  ] as const)('%s', (filtering, fromOtherPort, fromOtherAddress) => {
    for (const mapping of BEHAVIOURS) {
      const bench = new NatBench({ mapping, filtering })
      const external = bench.out(ALICE, Y1)
      expect(bench.in(Y1, external)).toBe(ALICE)
      expect(bench.in(Y1B, external)).toBe(fromOtherPort)
      expect(bench.in(Y2, external)).toBe(fromOtherAddress)
      expect(bench.in(Y1, `${NAT_ADDRESS}:5001`)).toBe('dropped')
    }
  })

  test('sending opens the filter, whether or not it arrived', () => {
    const bench = new NatBench({ filtering: 'address-and-port-dependent' })
    const external = bench.out(ALICE, Y1)
    expect(bench.in(Y2, external)).toBe('dropped')
    bench.out(ALICE, Y2)
    expect(bench.in(Y2, external)).toBe(ALICE)
  })

  test('a binding remembers a bounded number of remotes: who was first written to is forgotten first', () => {
    const bench = new NatBench({ filtering: 'address-and-port-dependent' })
    for (let port = 1; port <= 8193; port++) bench.out(ALICE, `5.9.0.1:${port}`)
    expect(bench.in('5.9.0.1:1', `${NAT_ADDRESS}:5000`)).toBe('dropped')
    expect(bench.in('5.9.0.1:2', `${NAT_ADDRESS}:5000`)).toBe(ALICE)
    expect(bench.in('5.9.0.1:8193', `${NAT_ADDRESS}:5000`)).toBe(ALICE)
  })

  test('a packet for another address is not taken in', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    expect(bench.in(Y1, '5.1.0.3:5000')).toBe('dropped')
  })
})

describe('RFC 4787 REQ-9, §6: hairpinning', () => {
  test('REQ-9a: a host inside sees the external endpoint of another one', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    expect(bench.turn(BOB, `${NAT_ADDRESS}:5000`)).toBe(`${NAT_ADDRESS}:5002 > ${ALICE}`)
    expect(bench.turn(ALICE, `${NAT_ADDRESS}:5002`)).toBe(`${NAT_ADDRESS}:5000 > ${BOB}`)
  })

  test.each([
    ['endpoint-independent', true],
    ['address-dependent', false],
    ['address-and-port-dependent', false],
  ] as const)('the filter (%s) holds for hosts inside too', (filtering, atOnce) => {
    const bench = new NatBench({ filtering })
    bench.out(ALICE, Y1)
    expect(bench.turn(BOB, `${NAT_ADDRESS}:5000`) !== 'dropped').toBe(atOnce)
    bench.turn(ALICE, `${NAT_ADDRESS}:5002`)
    expect(bench.turn(BOB, `${NAT_ADDRESS}:5000`)).toBe(`${NAT_ADDRESS}:5002 > ${ALICE}`)
  })

  test('hairpinned packets keep the binding of their receiver, where inbound ones do (REQ-6a)', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000 })
    bench.out(ALICE, Y1)
    for (bench.nowMs = 900; bench.nowMs < 4000; bench.nowMs += 900)
      expect(bench.turn(BOB, `${NAT_ADDRESS}:5000`)).not.toBe('dropped')
  })

  test('without it such packets are dropped, and make no binding', () => {
    const bench = new NatBench({ hairpinning: false })
    bench.out(ALICE, Y1)
    expect(bench.turn(BOB, `${NAT_ADDRESS}:5000`)).toBe('dropped')
    expect(bench.nat.bindings).toBe(1)
  })
})

test('RFC 4787 REQ-10, §7: no gateway touches the payload, even where it names endpoints', () => {
  const bench = new NatBench()
  const payload = new TextEncoder().encode('c=IN IP4 192.168.1.20 m=audio 5000')
  const packet = bench.nat.outbound(udp(ALICE, Y1, { payload }), 0)
  expect(packet?.subarray(28)).toEqual(payload)
})

test('RFC 4787 REQ-11, §8: behaviour is deterministic, also when ports collide or run short', () => {
  const bench = new NatBench({ filtering: 'address-dependent', maxBindings: 50 })
  for (let host = 2; host < 80; host++) {
    const inside = `192.168.1.${host}:5000`
    const external = bench.out(inside, Y1)
    if (external === 'dropped') continue
    expect(bench.out(inside, Y2)).toBe(external)
    expect(bench.in(Y1B, external)).toBe(inside)
    expect(bench.in('5.9.0.3:1', external)).toBe('dropped')
  }
  expect(bench.nat.bindings).toBe(50)
})

describe('faults', () => {
  test.each(['preserving', 'sequential', 'random'] as const)(
    'a reboot forgets the bindings, and the same endpoints get other ports (%s)',
    (portAllocation) => {
      const bench = new NatBench({ portAllocation })
      const before = [ALICE, BOB].map((from) => bench.out(from, Y1))
      bench.nat.rebind()
      expect(bench.nat.bindings).toBe(0)
      for (const external of before) expect(bench.in(Y1, external)).toBe('dropped')
      const after = [ALICE, BOB].map((from) => bench.out(from, Y1))
      for (const external of after) expect(before).not.toContain(external)
      for (const external of before) expect(bench.in(Y1, external)).toBe('dropped')
    },
  )

  test('a new public address takes the bindings of the old one along', () => {
    const bench = new NatBench()
    const before = bench.out(ALICE, Y1)
    bench.nat.setPublicAddress('5.2.0.9')
    expect(bench.in(Y1, before)).toBe('dropped')
    expect(bench.in(Y1, '5.2.0.9:5000')).toBe('dropped')
    expect(bench.out(ALICE, Y1)).toBe('5.2.0.9:5000')
    expect(bench.in(Y1, '5.2.0.9:5000')).toBe(ALICE)
  })
})

test('TCP and unknown protocols do not pass', () => {
  for (const protocol of [6, 132]) {
    const bench = new NatBench()
    const packet = udp(ALICE, Y1, { payload: new Uint8Array(20) })
    packet[9] = protocol
    expect(bench.nat.outbound(packet, 0)).toBeUndefined()
  }
})
