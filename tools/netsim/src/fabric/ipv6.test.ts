import { describe, expect, test } from 'vitest'
import { buildEcho } from '../ip/build.ts'
import { parsePacket } from '../ip/packet.ts'
import { LabBench } from '../testing/lab-bench.ts'
import { cloud, home, siteOfType } from '../topology/presets.ts'

function pair(a: 'open' | 'stateful', b: 'open' | 'stateful'): LabBench {
  const nats = siteOfType('x', [], 'symmetric-random').nats
  return new LabBench([
    home('a', ['alice'], { nats, ipv6: { firewall: a }, link: { delayMs: 20 } }),
    home('b', ['bob', 'bert'], { nats, ipv6: { firewall: b }, link: { delayMs: 20 } }),
    cloud('c', ['carol']),
  ])
}

describe('IPv6', () => {
  test('open: reached without translation, where IPv4 is symmetric', () => {
    const lab = pair('open', 'open')
    const [alice, bob] = [`[${lab.v6('alice')}]:5000`, `[${lab.v6('bob')}]:6000`]
    expect(lab.trace('alice', 5000, bob)).toBe(`bob: ${alice} > ${bob}`)
    expect(lab.trace('bob', 6000, alice)).toBe(`alice: ${bob} > ${alice}`)
    expect(lab.arrivals[0]).toMatchObject({ atMs: 40 })
    expect(lab.wrong).toBe(0)
  })

  test('stateful: only answers come in, endpoint for endpoint', () => {
    const lab = pair('stateful', 'stateful')
    const [alice, bob] = [`[${lab.v6('alice')}]:5000`, `[${lab.v6('bob')}]:6000`]
    expect(lab.trace('alice', 5000, bob)).toBe('firewall')
    expect(lab.trace('bob', 6000, alice)).toContain('alice: ')
    expect(lab.trace('alice', 5000, bob)).toContain('bob: ')
    expect(lab.trace('bert', 6000, alice)).toBe('firewall')
    expect(lab.trace('bob', 6001, alice)).toBe('firewall')
    lab.run(121_000)
    expect(lab.trace('bob', 6000, alice)).toBe('firewall')
  })

  test('echoes pass as flows do', () => {
    const lab = pair('stateful', 'open')
    const echo = { source: lab.v6('alice'), destination: lab.v6('bob'), identifier: 7 }
    lab.fabric.inject('alice', buildEcho(echo), lab.nowMs)
    expect(lab.run()).toMatchObject([{ host: 'bob' }])
    const reply = { source: echo.destination, destination: echo.source, identifier: 7, reply: true }
    lab.fabric.inject('bob', buildEcho(reply), lab.nowMs)
    expect(lab.run()).toMatchObject([{ host: 'alice' }])
    lab.fabric.inject('bob', buildEcho({ ...reply, identifier: 8 }), lab.nowMs)
    expect(lab.run()).toEqual([])
  })

  test('a hop limit that ends is told to the sender, through the firewall', () => {
    const lab = pair('stateful', 'stateful')
    lab.send('alice', 5000, `[${lab.v6('bob')}]:6000`, { ttl: 5 })
    const [arrival] = lab.run()
    expect(arrival?.host).toBe('alice')
    const error = parsePacket(arrival?.packet ?? new Uint8Array(0))
    expect(error).toMatchObject({ kind: 'icmp-error', source: '2a0e:9ea2::1' })
    expect(parsePacket(error?.payload ?? new Uint8Array(0))).toMatchObject({ sourcePort: 5000 })
    expect(lab.wrong).toBe(0)
  })

  test('the sender of an echo hears of it too', () => {
    const lab = pair('stateful', 'stateful')
    const echo = { source: lab.v6('alice'), destination: lab.v6('bob'), identifier: 7, ttl: 5 }
    lab.fabric.inject('alice', buildEcho(echo), lab.nowMs)
    expect(lab.run()).toMatchObject([{ host: 'alice' }])
  })

  test('a site without it has no IPv6 address and cannot be reached', () => {
    const lab = pair('open', 'open')
    expect(lab.v6('carol')).toBe('')
    expect(lab.trace('alice', 1, '[2a0e:9ea2:0:3::16]:1')).toBe('no-host')
  })

  test('hosts of one site meet on the LAN', () => {
    const lab = pair('stateful', 'stateful')
    expect(lab.trace('bob', 1, `[${lab.v6('bert')}]:2`)).toContain('bert: ')
  })
})
