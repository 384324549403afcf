import { describe, expect, test } from 'vitest'
import { parseIpv4, parseIpv6 } from '../ip/address.ts'
import { buildEcho } from '../ip/build.ts'
import { put16 } from '../ip/bytes.ts'
import { fragmentIpv4 } from '../ip/fragment.ts'
import { buildIcmpError } from '../ip/icmp-error.ts'
import { PacketView, parsePacket } from '../ip/packet.ts'
import { checksumsAreRight } from '../ip/verify.ts'
import { NAT_ADDRESS, NatBench } from '../testing/nat-bench.ts'
import { destinationOf, flow, parsed, sourceOf, udp } from '../testing/packets.ts'

const ALICE = '192.168.1.20:5000'
const Y1 = '5.9.0.1:1000'
const ROUTER = '5.0.0.1'

/** What a router at `from` sends about a packet. */
function complaint(about: Uint8Array, from: string): Uint8Array {
  const view = new PacketView()
  view.parse(about)
  const error = buildIcmpError(view, { v4: parseIpv4(from), v6: parseIpv6('::') }, { type: 'time-exceeded' })
  if (error === undefined) throw new Error('no complaint is allowed')
  return error
}

/** The packet that an ICMP error quotes. */
function quoted(error: Uint8Array | undefined): string {
  return flow(parsed(error).payload)
}

describe('ICMP errors (RFC 4787 REQ-12, RFC 5508 §4)', () => {
  test('RFC 5508 REQ-4: one from outside reaches the host, with its own packet quoted', () => {
    const bench = new NatBench({ filtering: 'address-and-port-dependent' })
    const sent = bench.nat.outbound(udp(ALICE, Y1), 0)
    const error = bench.nat.inbound(complaint(sent ?? new Uint8Array(0), ROUTER), 0)
    expect(parsed(error)).toMatchObject({ kind: 'icmp-error', source: ROUTER, destination: '192.168.1.20' })
    expect(quoted(error)).toBe(`${ALICE} > ${Y1}`)
    expect(checksumsAreRight(error ?? new Uint8Array(0))).toBe(true)
    expect(checksumsAreRight(parsed(error).payload)).toBe(true)
  })

  test('RFC 5508 REQ-5: one from inside shows outside nothing of the inside', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    const received = bench.nat.inbound(udp(Y1, `${NAT_ADDRESS}:5000`), 0)
    const error = bench.nat.outbound(complaint(received ?? new Uint8Array(0), '192.168.1.20'), 0)
    expect(parsed(error)).toMatchObject({ kind: 'icmp-error', source: NAT_ADDRESS, destination: '5.9.0.1' })
    expect(quoted(error)).toBe(`${Y1} > ${NAT_ADDRESS}:5000`)
    expect(checksumsAreRight(error ?? new Uint8Array(0))).toBe(true)
    expect(checksumsAreRight(parsed(error).payload)).toBe(true)
  })

  test('RFC 4787 REQ-12: no ICMP error ends a binding, and RFC 5508 REQ-6: none prolongs it', () => {
    const bench = new NatBench({ bindingLifetimeMs: 1000 })
    const sent = (bench.nat.outbound(udp(ALICE, Y1), 0) ?? new Uint8Array(0)).slice()
    bench.nowMs = 900
    expect(bench.nat.inbound(complaint(sent, ROUTER), 900)).toBeDefined()
    expect(bench.in(Y1, `${NAT_ADDRESS}:5000`)).toBe(ALICE)
    const other = new NatBench({ bindingLifetimeMs: 1000 })
    other.nat.outbound(udp(ALICE, Y1), 0)
    expect(other.nat.inbound(complaint(sent, ROUTER), 900)).toBeDefined()
    other.nowMs = 1000
    expect(other.in(Y1, `${NAT_ADDRESS}:5000`)).toBe('dropped')
  })

  test('RFC 4787 REQ-12a: who sends an error does not matter', () => {
    const bench = new NatBench({ filtering: 'address-and-port-dependent' })
    const sent = bench.nat.outbound(udp(ALICE, Y1), 0) ?? new Uint8Array(0)
    for (const router of ['5.0.0.1', '5.77.1.1'])
      expect(bench.nat.inbound(complaint(sent, router), 0)).toBeDefined()
  })

  test('RFC 5508 REQ-7: an error about a hairpinned packet turns back too', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    const received = bench.nat.outbound(udp('192.168.1.21:5000', `${NAT_ADDRESS}:5000`), 0)
    const error = bench.nat.outbound(complaint(received ?? new Uint8Array(0), '192.168.1.20'), 0)
    expect(parsed(error)).toMatchObject({ source: NAT_ADDRESS, destination: '192.168.1.21' })
    expect(quoted(error)).toBe(`192.168.1.21:5000 > ${NAT_ADDRESS}:5000`)
    expect(checksumsAreRight(error ?? new Uint8Array(0))).toBe(true)
    expect(checksumsAreRight(parsed(error).payload)).toBe(true)
  })

  test('an error about nothing that was sent is dropped', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    expect(bench.nat.inbound(complaint(udp(`${NAT_ADDRESS}:9`, Y1), ROUTER), 0)).toBeUndefined()
    expect(bench.nat.inbound(complaint(udp('5.1.0.7:5000', Y1), ROUTER), 0)).toBeUndefined()
    const aboutPiece = complaint(udp(`${NAT_ADDRESS}:5000`, Y1), ROUTER)
    put16(aboutPiece, 20 + 8 + 6, 10)
    expect(bench.nat.inbound(aboutPiece, 0)).toBeUndefined()
    const cutShort = complaint(udp(`${NAT_ADDRESS}:5000`, Y1), ROUTER).slice(0, 20 + 8 + 24)
    put16(cutShort, 2, cutShort.length)
    expect(parsePacket(cutShort)).toBeDefined()
    expect(bench.nat.inbound(cutShort, 0)).toBeUndefined()
  })
})

describe('echoes (RFC 5508 §3)', () => {
  const request = (source: string, identifier: number): Uint8Array =>
    buildEcho({ source, destination: '5.9.0.1', identifier })

  test('REQ-1: two hosts with one identifier each get their own reply', () => {
    const bench = new NatBench()
    const identifiers = ['192.168.1.20', '192.168.1.21'].map((source) => {
      return parsed(bench.nat.outbound(request(source, 7), 0)).sourcePort
    })
    expect(new Set(identifiers).size).toBe(2)
    const receivers = identifiers.map((identifier) => {
      const reply = buildEcho({ source: '5.9.0.1', destination: NAT_ADDRESS, identifier, reply: true })
      return parsed(bench.nat.inbound(reply, 0))
    })
    expect(receivers.map((reply) => [reply.destination, reply.sourcePort])).toEqual([
      ['192.168.1.20', 7],
      ['192.168.1.21', 7],
    ])
  })

  test('an error about an echo finds its sender', () => {
    const bench = new NatBench({ portAllocation: 'random' })
    const sent = bench.nat.outbound(request('192.168.1.20', 7), 0) ?? new Uint8Array(0)
    const error = bench.nat.inbound(complaint(sent, ROUTER), 0)
    expect(parsePacket(parsed(error).payload)).toMatchObject({ source: '192.168.1.20', sourcePort: 7 })
    expect(checksumsAreRight(error ?? new Uint8Array(0))).toBe(true)
    expect(checksumsAreRight(parsed(error).payload)).toBe(true)
  })

  test('an echo from outside reaches nobody', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    const ping = buildEcho({ source: '5.9.0.1', destination: NAT_ADDRESS, identifier: 5000 })
    expect(bench.nat.inbound(ping, 0)).toBeUndefined()
  })
})

// REQ-14 wants fragments out of order too; this NAT has the "Received Fragment Ordered" behaviour of §11.
describe('fragments (RFC 4787 REQ-14, §11)', () => {
  /** A datagram of 3000 bytes in pieces of at most 1280. */
  function pieces(from: string, to: string, identification = 9): Uint8Array[] {
    const view = new PacketView()
    view.parse(udp(from, to, { payload: new Uint8Array(3000).fill(7), dontFragment: false, identification }))
    return fragmentIpv4(view, 1280)
  }

  test('fragments in order are translated both ways, as their first one is', () => {
    const bench = new NatBench({ filtering: 'address-and-port-dependent' })
    const out = pieces(ALICE, Y1).map((piece) => bench.nat.outbound(piece, 0))
    expect(out.map((piece) => parsed(piece).source)).toEqual([NAT_ADDRESS, NAT_ADDRESS, NAT_ADDRESS])
    expect(sourceOf(out[0])).toBe(`${NAT_ADDRESS}:5000`)
    const back = pieces(Y1, `${NAT_ADDRESS}:5000`).map((piece) => bench.nat.inbound(piece, 0))
    expect(back.map((piece) => parsed(piece).destination)).toEqual(back.map(() => '192.168.1.20'))
    expect(destinationOf(back[0])).toBe(ALICE)
    for (const piece of [...out, ...back]) expect(checksumsAreRight(piece ?? new Uint8Array(0))).toBe(true)
  })

  test('fragments are hairpinned too', () => {
    const bench = new NatBench()
    bench.out(ALICE, Y1)
    const turned = pieces('192.168.1.21:5000', `${NAT_ADDRESS}:5000`).map((piece) =>
      bench.nat.outbound(piece, 0),
    )
    expect(turned.map((piece) => [parsed(piece).source, parsed(piece).destination])).toEqual(
      turned.map(() => [NAT_ADDRESS, '192.168.1.20']),
    )
  })

  test('a fragment without its first one is dropped, also after a while', () => {
    const bench = new NatBench()
    const [first, second, third] = pieces(ALICE, Y1)
    expect(bench.nat.outbound(second ?? new Uint8Array(0), 0)).toBeUndefined()
    expect(bench.nat.outbound(first ?? new Uint8Array(0), 0)).toBeDefined()
    expect(bench.nat.outbound(third ?? new Uint8Array(0), 60_000)).toBeUndefined()
  })

  test('REQ-14a: a flood of first fragments pushes out old datagrams and grows nothing', () => {
    const bench = new NatBench()
    const victim = pieces(ALICE, Y1, 1)
    const [first, second] = victim
    bench.nat.outbound(first ?? new Uint8Array(0), 0)
    for (let id = 2; id < 70; id++) bench.nat.outbound(pieces(ALICE, Y1, id)[0] ?? new Uint8Array(0), 0)
    expect(bench.nat.outbound(second ?? new Uint8Array(0), 0)).toBeUndefined()
    const [latest, next] = pieces(ALICE, Y1, 99)
    bench.nat.outbound(latest ?? new Uint8Array(0), 0)
    expect(bench.nat.outbound(next ?? new Uint8Array(0), 0)).toBeDefined()
  })
})
