import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { udp } from '../testing/packets.ts'
import { buildEcho } from './build.ts'
import { put16 } from './bytes.ts'
import { buildIcmpError } from './icmp-error.ts'
import { PacketView, parsePacket } from './packet.ts'
import { parseIpv4, parseIpv6 } from './address.ts'
import { checksumsAreRight } from './verify.ts'

describe('reading packets', () => {
  test('a UDP packet shows its endpoints, TTL and payload', () => {
    const packet = udp('192.168.1.20:5000', '5.1.0.2:49737', { payload: Uint8Array.of(1, 2, 3), ttl: 5 })
    expect(parsePacket(packet)).toEqual({
      version: 4,
      kind: 'udp',
      protocol: 17,
      source: '192.168.1.20',
      destination: '5.1.0.2',
      sourcePort: 5000,
      destinationPort: 49_737,
      ttl: 5,
      payload: Uint8Array.of(1, 2, 3),
    })
    expect(checksumsAreRight(packet)).toBe(true)
  })

  test('an IPv6 packet shows its hop limit as TTL', () => {
    const packet = udp('[2a0e:9ea2:0:1::14]:1', '[2a0e:9ea2:0:2::15]:2', { ttl: 9 })
    expect(parsePacket(packet)).toMatchObject({
      version: 6,
      source: '2a0e:9ea2:0:1::14',
      ttl: 9,
      sourcePort: 1,
    })
    expect(checksumsAreRight(packet)).toBe(true)
  })

  test('an echo shows its identifier as both ports', () => {
    for (const [source, destination] of [
      ['192.168.1.20', '5.1.0.2'],
      ['2a0e:9ea2::1', '2a0e:9ea2::2'],
    ] as const) {
      const packet = buildEcho({ source, destination, identifier: 77 })
      expect(parsePacket(packet)).toMatchObject({ kind: 'icmp-query', sourcePort: 77, destinationPort: 77 })
      expect(checksumsAreRight(packet)).toBe(true)
    }
  })

  test('a fragment that is not the first has no ports', () => {
    const packet = udp('192.168.1.20:5000', '5.1.0.2:80')
    put16(packet, 6, 10)
    expect(parsePacket(packet)).toMatchObject({ kind: 'fragment', sourcePort: 0, destinationPort: 0 })
  })

  test('an ICMP error quotes the packet and goes back to its sender', () => {
    const router = { v4: parseIpv4('5.0.0.1'), v6: parseIpv6('2a0e:9ea2::1') }
    for (const packet of [udp('5.1.0.2:1', '5.1.1.2:2'), udp('[2a0e:9ea2::5]:1', '[2a0e:9ea2::6]:2')]) {
      const view = new PacketView()
      view.parse(packet)
      const error = buildIcmpError(view, router, { type: 'packet-too-big', mtuBytes: 1280 })
      expect(error).toBeDefined()
      if (error === undefined) continue
      expect(checksumsAreRight(error)).toBe(true)
      expect(parsePacket(error)).toMatchObject({
        kind: 'icmp-error',
        destination: parsePacket(packet)?.source,
        payload: packet,
      })
      view.parse(error)
      expect(buildIcmpError(view, router, { type: 'time-exceeded' })).toBeUndefined()
    }
  })

  test('whatever the bytes are, reading them neither throws nor looks beyond them', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.constantFrom(0x45, 0x4f, 0x60), fc.uint8Array({ minLength: 60, maxLength: 80 }))
        .map(([first, rest]) => {
          const packet = Uint8Array.of(first, ...rest)
          put16(packet, first === 0x60 ? 4 : 2, packet.length - (first === 0x60 ? 40 : 0))
          return packet
        }),
    )
    let whole = 0
    fc.assert(
      fc.property(bytes, (packet) => {
        const result = parsePacket(packet)
        if (result !== undefined) whole++
        checksumsAreRight(packet)
      }),
      { numRuns: 1000 },
    )
    expect(whole).toBeGreaterThan(100)
  })

  test('a packet too short for its own headers is no packet', () => {
    const whole = udp('5.1.0.2:1', '5.1.1.2:2')
    const cut = whole.slice(0, 27)
    put16(cut, 2, 27)
    expect(parsePacket(cut)).toBeUndefined()
    const options = whole.slice()
    options[0] = 0x4f
    expect(parsePacket(options)).toBeUndefined()
  })

  test('a packet whose length field lies is no packet', () => {
    const packet = udp('5.1.0.2:1', '5.1.1.2:2')
    expect(parsePacket(packet.subarray(0, packet.length - 1))).toBeUndefined()
    expect(parsePacket(Uint8Array.of(...packet, 0))).toBeUndefined()
  })
})
