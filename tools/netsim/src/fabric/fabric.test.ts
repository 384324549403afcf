import { describe, expect, test } from 'vitest'
import { parsePacket } from '../ip/packet.ts'
import { buildEcho } from '../ip/build.ts'
import { NAT_TYPES } from '../nat/types.ts'
import { LabBench } from '../testing/lab-bench.ts'
import { sourceOf, udp } from '../testing/packets.ts'
import { cloud, home, hotspot, siteOfType, udpBlocked } from '../topology/presets.ts'
import { EventQueue } from './event-queue.ts'

const carolAt = '5.1.0.20:80'

describe('the way of a packet', () => {
  test('crosses both access lines, and its NAT on the way', () => {
    const lab = new LabBench([siteOfType('c', ['carol'], 'public'), siteOfType('a', ['alice'], 'full-cone')])
    lab.send('alice', 5000, carolAt)
    const [arrival] = lab.run()
    expect(arrival).toMatchObject({ host: 'carol', atMs: 40 })
    expect(sourceOf(arrival?.packet)).toBe(`${lab.fabric.publicAddress('a')}:5000`)
    lab.send('carol', 80, sourceOf(arrival?.packet))
    expect(lab.run()).toMatchObject([{ host: 'alice', atMs: 1040 }])
    expect(lab.fabric.stats()).toEqual({ injected: 2, delivered: 2, escapes: 0, dropped: {} })
  })

  test('hosts of one site meet on their LAN: no NAT, no delay, no router', () => {
    const lab = new LabBench([home('a', ['alice', 'anna'])])
    lab.send('alice', 1, `${lab.v4('anna')}:2`, { ttl: 1 })
    const [arrival] = lab.run()
    expect(arrival).toMatchObject({ host: 'anna', atMs: 0 })
    expect(sourceOf(arrival?.packet)).toBe(`${lab.v4('alice')}:1`)
  })

  test('an access point with isolation keeps its stations apart', () => {
    const lab = new LabBench([
      hotspot('cafe', ['alice', 'anna'], { link: { delayMs: 1 } }),
      cloud('c', ['carol']),
    ])
    expect(lab.trace('alice', 1, `${lab.v4('anna')}:2`)).toBe('ap-isolation')
    expect(lab.trace('alice', 1, `${lab.v4('carol')}:80`)).toContain('carol: ')
  })

  test('a packet that a line duplicates arrives twice, through NATs too', () => {
    const link = { delayMs: 20, duplicate: 1 }
    const lab = new LabBench([cloud('c', ['carol']), siteOfType('a', ['alice'], 'cgnat', { link })])
    lab.send('alice', 5000, carolAt)
    const [first, second, ...more] = lab.run()
    expect(second?.packet).toEqual(first?.packet)
    expect(more).toEqual([])
    lab.send('carol', 80, sourceOf(first?.packet))
    expect(lab.run().map((arrival) => arrival.host)).toEqual(['alice', 'alice'])
    expect(lab.wrong).toBe(0)
  })

  test('each way of a line is its own', () => {
    const lab = new LabBench([
      cloud('c', ['carol'], { link: { delayMs: 0 } }),
      home('a', ['alice'], { link: { up: { delayMs: 30 }, down: { delayMs: 7 } } }),
    ])
    lab.send('alice', 5000, carolAt)
    const [there] = lab.run()
    lab.send('carol', 80, sourceOf(there?.packet))
    const [back] = lab.run()
    expect([there?.atMs, (back?.atMs ?? 0) - 1000]).toEqual([30, 7])
  })

  test('UDP that is blocked crosses in neither direction, other protocols do', () => {
    const lab = new LabBench([cloud('c', ['carol']), udpBlocked('a', ['alice'], { nats: [] })])
    expect(lab.trace('alice', 1, carolAt)).toBe('udp-blocked')
    expect(lab.trace('carol', 80, `${lab.v4('alice')}:1`)).toBe('udp-blocked')
    const ping = buildEcho({ source: lab.v4('alice'), destination: lab.v4('carol'), identifier: 1 })
    lab.fabric.inject('alice', ping, lab.nowMs)
    expect(lab.run()).toMatchObject([{ host: 'carol' }])
  })

  test('a host only sends from its own addresses', () => {
    const lab = new LabBench([cloud('c', ['carol']), home('a', ['alice'])])
    lab.fabric.inject('alice', udp('192.168.1.99:1', carolAt), 0)
    lab.fabric.inject('alice', udp('[2a0e:9ea2:0:2::15]:1', '[2a0e:9ea2:0:1::14]:1'), 0)
    lab.run()
    expect(lab.drops.map((drop) => drop.reason)).toEqual(['foreign-source', 'foreign-source'])
  })

  test('what a kernel says to its own link is none of it', () => {
    const lab = new LabBench([home('a', ['alice'], { ipv6: { firewall: 'open' } })])
    lab.fabric.inject('alice', udp('[fe80::1]:1', `[${lab.v6('alice')}]:1`), 0)
    lab.fabric.inject('alice', udp('[::]:1', `[${lab.v6('alice')}]:1`), 0)
    expect(lab.drops.map((drop) => drop.reason)).toEqual(['link-scope', 'link-scope'])
  })

  test('time never runs backwards, whatever the caller says', () => {
    const lab = new LabBench([cloud('c', ['carol'], { link: { delayMs: 0 } }), home('a', ['alice'])])
    lab.run(1000)
    lab.nowMs = 500
    lab.send('alice', 5000, carolAt)
    expect(lab.fabric.next()).toBeGreaterThan(1000)
  })

  test('what is no packet is dropped', () => {
    const lab = new LabBench([home('a', ['alice'])])
    lab.fabric.inject('alice', Uint8Array.of(1, 2, 3), 0)
    lab.fabric.inject('alice', new Uint8Array(0), 0)
    expect(lab.drops).toMatchObject([{ reason: 'malformed' }, { reason: 'malformed' }])
    expect(() => lab.fabric.inject('nobody', new Uint8Array(0), 0)).toThrow('There is no host "nobody"')
  })
})

describe('NATs in series', () => {
  const provider = NAT_TYPES.cgnat.map((nat) => (nat.place === 'operator' ? { ...nat, id: 'provider' } : nat))

  test('CGNAT behind a home router: both translate, and both let the answer in', () => {
    const lab = new LabBench([cloud('c', ['carol']), siteOfType('a', ['alice'], 'cgnat')])
    lab.send('alice', 5000, carolAt)
    const seen = sourceOf(lab.run()[0]?.packet)
    expect(seen.split(':')[0]).toBe(lab.fabric.publicAddress('a'))
    expect(lab.fabric.bindings()).toEqual({ 'a/nat0': 1, 'a/nat1': 1 })
    expect(lab.trace('carol', 80, seen)).toBe(`alice: ${carolAt} > ${lab.v4('alice')}:5000`)
    expect(lab.trace('carol', 81, seen)).toBe('filtered')
  })

  test('two subscribers of one provider meet by hairpinning at its NAT', () => {
    const lab = new LabBench([
      cloud('c', ['carol']),
      siteOfType('a', ['alice'], 'cgnat', { nats: provider }),
      siteOfType('b', ['bob'], 'cgnat', { nats: provider }),
    ])
    const [alice, bob] = ['alice', 'bob'].map((host) => {
      lab.send(host, 5000, carolAt)
      return sourceOf(lab.run()[0]?.packet)
    })
    expect(alice?.split(':')[0]).toBe(bob?.split(':')[0])
    expect(lab.trace('alice', 5000, bob ?? '')).toBe('filtered')
    expect(lab.trace('bob', 5000, alice ?? '')).toBe(`alice: ${bob} > ${lab.v4('alice')}:5000`)
    expect(lab.trace('alice', 5000, bob ?? '')).toBe(`bob: ${alice} > ${lab.v4('bob')}:5000`)
  })

  test('two hosts of one home meet by hairpinning at the router', () => {
    const lab = new LabBench([cloud('c', ['carol']), siteOfType('a', ['alice', 'anna'], 'full-cone')])
    lab.send('anna', 6000, carolAt)
    lab.run()
    const own = lab.fabric.publicAddress('a')
    expect(lab.trace('alice', 5000, `${own}:6000`)).toBe(`anna: ${own}:5000 > ${lab.v4('anna')}:6000`)
  })
})

describe('two routers at home', () => {
  const routers = [...NAT_TYPES['full-cone'], ...NAT_TYPES['full-cone']]

  test('translate one after the other, and back', () => {
    const lab = new LabBench([cloud('c', ['carol']), home('a', ['alice'], { nats: routers })])
    lab.send('alice', 5000, carolAt)
    const seen = sourceOf(lab.run()[0]?.packet)
    expect(lab.trace('carol', 81, seen)).toContain('alice: ')
    expect(lab.trace('alice', 5000, '10.0.0.77:1')).toBe('private-destination')
  })

  test('hairpin at the outer one comes back through the inner one', () => {
    const lab = new LabBench([cloud('c', ['carol']), home('a', ['alice', 'anna'], { nats: routers })])
    lab.send('anna', 6000, carolAt)
    lab.run()
    const own = lab.fabric.publicAddress('a')
    expect(lab.trace('alice', 5000, `${own}:6000`)).toBe(`anna: ${own}:5000 > ${lab.v4('anna')}:6000`)
    expect(lab.trace('alice', 5000, `${own}:6001`)).toBe('no-binding')
  })
})

describe('TTL', () => {
  test('each router and each NAT takes one', () => {
    const lab = new LabBench([
      cloud('c', ['carol'], { ipv6: { firewall: 'open' } }),
      siteOfType('a', ['alice'], 'cgnat', { ipv6: { firewall: 'open' }, routers: 4 }),
    ])
    lab.send('alice', 5000, carolAt)
    lab.send('alice', 5000, `[${lab.v6('carol')}]:80`)
    lab.send('carol', 80, `[${lab.v6('alice')}]:5000`)
    const ttls = lab
      .run()
      .map(({ host, packet }) => [host, parsePacket(packet)?.version, parsePacket(packet)?.ttl])
    // Home router 1, provider 4 (its NAT is one of them), data centre 3. IPv6 skips the provider's NAT.
    expect(ttls).toContainEqual(['carol', 4, 64 - 8])
    expect(ttls).toContainEqual(['carol', 6, 64 - 7])
    expect(ttls).toContainEqual(['alice', 6, 64 - 7])
  })

  test('a packet of TTL 5, as HyperDHT sends, opens the NATs near its sender and dies in the middle', () => {
    const lab = new LabBench([
      siteOfType('a', ['alice'], 'cgnat'),
      siteOfType('b', ['bob'], 'port-restricted'),
    ])
    const target = `${lab.fabric.publicAddress('b')}:5000`
    expect(lab.trace('alice', 5000, target, { ttl: 5 })).toMatch(/^alice: 5\.0\.0\.1:0 > .*, ttl$/)
    expect(lab.fabric.bindings()).toMatchObject({ 'a/nat0': 1, 'a/nat1': 1, 'b/nat0': 0 })
  })

  test('the sender hears of it, through its NATs, with its own packet quoted (RFC 792, RFC 5508)', () => {
    const lab = new LabBench([cloud('c', ['carol']), siteOfType('a', ['alice'], 'cgnat')])
    for (const ttl of [1, 2, 4, 5, 7]) {
      lab.send('alice', 5000, carolAt, { ttl })
      const [arrival, ...more] = lab.run()
      expect(more).toEqual([])
      expect(arrival?.host).toBe('alice')
      const error = parsePacket(arrival?.packet ?? new Uint8Array(0))
      expect(error?.kind).toBe('icmp-error')
      expect(parsePacket(error?.payload ?? new Uint8Array(0))).toMatchObject({
        source: lab.v4('alice'),
        sourcePort: 5000,
        destination: lab.v4('carol'),
      })
    }
    expect(lab.trace('alice', 5000, carolAt, { ttl: 8 })).toContain('carol: ')
    expect(lab.wrong).toBe(0)
  })
})

describe('the guard', () => {
  test.each(['8.8.8.8:53', '172.17.0.1:53', '10.1.2.3:1', '127.0.0.53:53', '[2606:4700::1111]:53'])(
    'a packet to %s would have left the lab',
    (to) => {
      const lab = new LabBench([home('a', ['alice'], { ipv6: { firewall: 'open' } })])
      expect(lab.trace('alice', 1, to)).toBe('escape')
      expect(lab.escapes).toEqual(['alice'])
      expect(lab.fabric.stats().escapes).toBe(1)
    },
  )

  test.each([
    ['5.200.0.1:1', 'no-host'],
    ['192.168.1.99:1', 'no-host'],
    ['224.0.0.251:5353', 'link-scope'],
    ['255.255.255.255:1', 'link-scope'],
    ['192.168.1.255:1', 'link-scope'],
    ['[ff02::fb]:5353', 'link-scope'],
    ['[2a0e:9ea2:0:77::1]:1', 'no-host'],
  ])('a packet to %s belongs to the lab: %s', (to, reason) => {
    const lab = new LabBench([home('a', ['alice'], { ipv6: { firewall: 'open' } })])
    expect(lab.trace('alice', 1, to)).toBe(reason)
    expect(lab.escapes).toEqual([])
  })

  test('the private address of another site leads nowhere, and is no escape', () => {
    const lab = new LabBench([home('a', ['alice']), home('b', ['bob'], { lanPrefix: '192.168.7.0/24' })])
    expect(lab.trace('alice', 1, `${lab.v4('bob')}:1`)).toBe('private-destination')
    expect(lab.escapes).toEqual([])
  })

  test('a provider does not spend a binding on a private destination', () => {
    const bob = home('b', ['bob'], { lanPrefix: '192.168.7.0/24' })
    const lab = new LabBench([siteOfType('a', ['alice'], 'cgnat'), bob])
    expect(lab.trace('alice', 1, `${lab.v4('bob')}:1`)).toBe('private-destination')
    expect(lab.fabric.bindings()).toMatchObject({ 'a/nat0': 1, 'a/nat1': 0 })
  })
})

test('events of one time happen in the order they were made', () => {
  const queue = new EventQueue<number>()
  const times = [5, 1, 5, 3, 1, 5, 3, 1, 9, 0]
  times.forEach((time, i) => queue.push(time, i))
  const order: (number | undefined)[] = []
  while (queue.size > 0) order.push(queue.pop(100))
  expect(order).toEqual([9, 1, 4, 7, 3, 6, 0, 2, 5, 8])
  queue.push(5, 1)
  expect(queue.pop(4)).toBeUndefined()
  expect(queue.nextMs).toBe(5)
})
