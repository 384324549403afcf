import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIpv4, parseIpv4 } from './address.ts'
import { buildEcho, buildUdp } from './build.ts'
import { get16, put16 } from './bytes.ts'
import { applyUdpDelta, delta16 } from './checksum.ts'
import { PacketView } from './packet.ts'
import { decrementTtl, setDestination, setSource } from './rewrite.ts'
import { checksumsAreRight } from './verify.ts'

const address = fc.nat(0xffff_ffff).map(formatIpv4)
const port = fc.nat(65_535)
const endpoint = fc.record({ address, port })
const payload = fc.uint8Array({ maxLength: 33 })

function viewOf(packet: Uint8Array): PacketView {
  const view = new PacketView()
  expect(view.parse(packet)).toBe(true)
  return view
}

describe('rewriting in place', () => {
  test('a rewritten UDP packet equals one built with the new endpoints', () => {
    fc.assert(
      fc.property(endpoint, endpoint, endpoint, endpoint, payload, (a, b, c, d, bytes) => {
        const packet = buildUdp({ source: a, destination: b, payload: bytes, ttl: 64 })
        const view = viewOf(packet)
        setSource(view, parseIpv4(c.address), c.port)
        setDestination(view, parseIpv4(d.address), d.port)
        expect(decrementTtl(view, 3)).toBe(true)
        expect(checksumsAreRight(packet)).toBe(true)
        expect(packet).toEqual(buildUdp({ source: c, destination: d, payload: bytes, ttl: 61 }))
        expect(view).toMatchObject({ sourcePort: c.port, destinationPort: d.port, ttl: 61 })
      }),
      { numRuns: 500 },
    )
  })

  test('a rewritten echo keeps its checksum right', () => {
    fc.assert(
      fc.property(address, address, address, port, port, payload, (a, b, c, from, to, bytes) => {
        const packet = buildEcho({ source: a, destination: b, identifier: from, payload: bytes })
        setSource(viewOf(packet), parseIpv4(c), to)
        expect(packet).toEqual(buildEcho({ source: c, destination: b, identifier: to, payload: bytes }))
      }),
    )
  })

  test('UDP without a checksum stays without one (RFC 768)', () => {
    const packet = buildUdp({
      source: { address: '10.0.0.1', port: 1 },
      destination: { address: '5.1.0.2', port: 2 },
      checksum: false,
    })
    setSource(viewOf(packet), parseIpv4('5.1.0.3'), 99)
    expect(get16(packet, 26)).toBe(0)
    expect(checksumsAreRight(packet)).toBe(true)
  })

  test('a UDP checksum that comes out as 0 is sent as 0xffff (RFC 768)', () => {
    const bytes = new Uint8Array(2)
    put16(bytes, 0, 0x0001)
    // One more in the data: the checksum goes from 1 to 0.
    applyUdpDelta(bytes, 0, delta16(0, 1))
    expect(get16(bytes, 0)).toBe(0xffff)
  })

  test('the TTL is not taken below 1', () => {
    const packet = buildUdp({
      source: { address: '10.0.0.1', port: 1 },
      destination: { address: '5.1.0.2', port: 2 },
      ttl: 3,
    })
    const before = packet.slice()
    expect(decrementTtl(viewOf(packet), 3)).toBe(false)
    expect(packet).toEqual(before)
    expect(decrementTtl(viewOf(packet), 2)).toBe(true)
    expect(packet[8]).toBe(1)
  })

  test('an IPv6 hop limit goes down and no checksum has to follow', () => {
    const packet = buildUdp({
      source: { address: '2a0e:9ea2::1', port: 1 },
      destination: { address: '2a0e:9ea2::2', port: 2 },
    })
    expect(decrementTtl(viewOf(packet), 7)).toBe(true)
    expect(packet[7]).toBe(57)
    expect(checksumsAreRight(packet)).toBe(true)
  })
})
