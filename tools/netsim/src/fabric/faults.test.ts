import { describe, expect, test } from 'vitest'
import { NAT_TYPES } from '../nat/types.ts'
import { LabBench } from '../testing/lab-bench.ts'
import { sourceOf } from '../testing/packets.ts'
import { cloud, home, siteOfType } from '../topology/presets.ts'

const carolAt = '5.1.0.20:80'

function lab(type: Parameters<typeof siteOfType>[2] = 'port-restricted'): LabBench {
  return new LabBench([
    cloud('c', ['carol']),
    siteOfType('a', ['alice'], type),
    siteOfType('b', ['bob'], type),
  ])
}

/** The endpoint that carol sees of a host. */
function seenOf(bench: LabBench, host: string): string {
  bench.send(host, 5000, carolAt)
  return sourceOf(bench.run().find((arrival) => arrival.host === 'carol')?.packet)
}

describe('rebind', () => {
  test.each(['full-cone', 'port-restricted', 'symmetric-sequential', 'symmetric-random', 'cgnat'] as const)(
    'of a %s: the old endpoint is dead, the next packet gets a new one',
    (type) => {
      const bench = lab(type)
      const before = seenOf(bench, 'alice')
      bench.fabric.rebind('a')
      expect(bench.trace('carol', 80, before)).toMatch(/no-binding|filtered/)
      const after = seenOf(bench, 'alice')
      expect(after).not.toBe(before)
      expect(bench.trace('carol', 80, after)).toContain('alice: ')
    },
  )

  test("a site's own router is meant, not the provider that it shares", () => {
    const nats = NAT_TYPES.cgnat.map((nat) => (nat.place === 'operator' ? { ...nat, id: 'provider' } : nat))
    const bench = new LabBench([
      cloud('c', ['carol']),
      siteOfType('a', ['alice'], 'cgnat', { nats }),
      siteOfType('b', ['bob'], 'cgnat', { nats }),
    ])
    const bob = seenOf(bench, 'bob')
    bench.fabric.rebind('a')
    expect(seenOf(bench, 'bob')).toBe(bob)
    bench.fabric.rebind('provider')
    expect(seenOf(bench, 'bob')).not.toBe(bob)
    expect(() => bench.fabric.rebind('c')).toThrow('There is no nat "c"')
  })
})

describe('a new public address', () => {
  test('of a NAT: old packets reach nobody, new ones come from it', () => {
    const bench = lab()
    const before = seenOf(bench, 'alice')
    expect(bench.fabric.setPublicAddress('a')).toEqual([])
    expect(bench.trace('carol', 80, before)).toBe('no-host')
    const after = seenOf(bench, 'alice')
    expect(after.split(':')[0]).toBe(bench.fabric.publicAddress('a'))
    expect(after.split(':')[0]).not.toBe(before.split(':')[0])
    expect(bench.trace('carol', 80, after)).toContain('alice: ')
  })

  test('of a provider: also for those behind it', () => {
    const bench = lab('cgnat')
    const before = seenOf(bench, 'alice')
    bench.fabric.setPublicAddress('a', '5.77.0.1')
    expect(seenOf(bench, 'alice')).toMatch(/^5\.77\.0\.1:/)
    expect(bench.trace('carol', 80, before)).toBe('no-host')
  })

  test('of a site without NAT: its hosts get other addresses', () => {
    const bench = lab()
    const old = bench.v4('carol')
    const [plan, ...others] = bench.fabric.setPublicAddress('c')
    expect(others).toEqual([])
    expect(plan).toEqual(bench.fabric.host('carol'))
    expect(plan?.addresses.v4).not.toBe(`${old}/24`)
    expect(bench.trace('alice', 1, `${old}:80`)).toBe('no-host')
    bench.fabric.setPublicAddress('a', old)
    expect(bench.fabric.publicAddress('a')).toBe(old)
    expect(bench.trace('alice', 1, `${bench.v4('carol')}:80`)).toContain('carol: ')
  })

  test.each([
    ['8.8.8.8', 'in the public space of the lab'],
    ['192.168.1.1', 'in the public space of the lab'],
    ['5.1.0.20', 'already belongs to this lab'],
    ['x', 'is not an IPv4 address'],
  ])('%s is refused', (address, problem) => {
    expect(() => lab().fabric.setPublicAddress('a', address)).toThrow(problem)
  })
})

describe('cut', () => {
  test('one way, both ways, and mended', () => {
    const bench = lab()
    const alice = seenOf(bench, 'alice')
    bench.fabric.cut('a', 'out', true)
    expect(bench.trace('alice', 5000, carolAt)).toBe('cut')
    expect(bench.trace('carol', 80, alice)).toContain('alice: ')
    bench.fabric.cut('a', 'out', false)
    bench.fabric.cut('a', 'in', true)
    expect(bench.trace('alice', 5000, carolAt)).toContain('carol: ')
    expect(bench.trace('carol', 80, alice)).toBe('cut')
    bench.fabric.cut('a', 'both', true)
    expect(bench.trace('alice', 5000, carolAt)).toBe('cut')
    bench.fabric.cut('a', 'both', false)
    expect(bench.trace('alice', 5000, carolAt)).toContain('carol: ')
    expect(bench.trace('carol', 80, alice)).toContain('alice: ')
  })

  test('what is on its way in when the line is cut is lost', () => {
    const bench = lab('public')
    bench.send('carol', 80, `${bench.v4('alice')}:1`)
    bench.run(10)
    bench.fabric.cut('a', 'in', true)
    expect(bench.run()).toEqual([])
  })
})

test('a line can be changed under the traffic', () => {
  const bench = lab()
  bench.fabric.setLink('a', { delayMs: 200 })
  bench.send('alice', 5000, carolAt)
  expect(bench.run()[0]?.atMs).toBe(201)
  bench.fabric.setLink('a', { up: { delayMs: 1, loss: 1 }, down: { delayMs: 1 } })
  expect(bench.trace('alice', 5000, carolAt)).toBe('loss')
})

describe('roaming', () => {
  test('a host that moves gets an address there, and its old one reaches nobody', () => {
    const bench = new LabBench([
      cloud('c', ['carol']),
      home('a', ['alice', 'anna']),
      home('b', ['bob'], { lanPrefix: '192.168.7.0/24', ipv6: { firewall: 'open' } }),
    ])
    const before = seenOf(bench, 'alice')
    const oldAddress = bench.v4('alice')
    const plan = bench.fabric.roam('alice', 'b')
    expect(plan.addresses.v4).toMatch(/^192\.168\.7\./)
    expect(plan.addresses.v6).toMatch(/^2a0e:9ea2:0:3::/)
    expect(plan).toEqual(bench.fabric.host('alice'))
    expect(bench.trace('carol', 80, before)).toBe('no-host')
    expect(bench.trace('anna', 1, `${oldAddress}:1`)).toBe('no-host')
    expect(seenOf(bench, 'alice').split(':')[0]).toBe(bench.fabric.publicAddress('b'))
    expect(bench.trace('bob', 1, `${bench.v4('alice')}:2`)).toContain('alice: ')
  })

  test('its old IPv6 address reaches nobody either', () => {
    const ipv6 = { firewall: 'open' } as const
    const bench = new LabBench([cloud('c', ['carol'], { ipv6 }), home('a', ['alice'], { ipv6 })])
    const old = `[${bench.v6('alice')}]:1`
    expect(bench.trace('carol', 1, old)).toContain('alice: ')
    bench.fabric.roam('alice', 'c')
    expect(bench.trace('carol', 1, old)).toBe('no-host')
    expect(bench.trace('carol', 1, `[${bench.v6('alice')}]:1`)).toContain('alice: ')
  })

  test('to the public side and home again', () => {
    const bench = lab()
    const { site } = bench.fabric.host('alice')
    bench.fabric.roam('alice', 'c')
    expect(bench.trace('bob', 1, `${bench.v4('alice')}:9`)).toContain('alice: ')
    expect(bench.fabric.roam('alice', 'a').site).toBe(site)
    expect(bench.trace('alice', 1, carolAt)).toContain('carol: ')
    expect(bench.fabric.roam('alice', 'a')).toEqual(bench.fabric.host('alice'))
  })
})
