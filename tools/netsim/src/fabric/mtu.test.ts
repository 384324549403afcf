import { describe, expect, test } from 'vitest'
import { get16 } from '../ip/bytes.ts'
import { parsePacket } from '../ip/packet.ts'
import { LabBench, type Arrival } from '../testing/lab-bench.ts'
import { sourceOf } from '../testing/packets.ts'
import { cloud, siteOfType } from '../topology/presets.ts'

const carolAt = '5.1.0.20:80'
const large = { payload: new Uint8Array(1400).fill(3) }

function lab(mtu: { up?: number; down?: number }): LabBench {
  const line = (bytes: number | undefined): { delayMs: number; mtu?: number } =>
    bytes === undefined ? { delayMs: 20 } : { delayMs: 20, mtu: bytes }
  const ipv6 = { firewall: 'stateful' } as const
  return new LabBench([
    cloud('c', ['carol'], { ipv6 }),
    siteOfType('a', ['alice'], 'cgnat', { ipv6, link: { up: line(mtu.up), down: line(mtu.down) } }),
  ])
}

/** The MTU that a host is told, and the source of its own packet as quoted. */
function told(arrivals: readonly Arrival[], host: string): { mtu: number; source: string } {
  const packet = arrivals.find((arrival) => arrival.host === host)?.packet ?? new Uint8Array(0)
  const error = parsePacket(packet)
  expect(error?.kind).toBe('icmp-error')
  const mtu = get16(packet, error?.version === 6 ? 46 : 26)
  return { mtu, source: parsePacket(quotedWhole(error?.payload))?.source ?? '' }
}

/** What is quoted is cut short; give it the length that its header claims, so that it can be read. */
function quotedWhole(quoted: Uint8Array = new Uint8Array(40)): Uint8Array {
  const bytes = (quoted[0] ?? 0) >>> 4 === 4 ? get16(quoted, 2) : get16(quoted, 4) + 40
  const whole = new Uint8Array(bytes)
  whole.set(quoted)
  return whole
}

describe('a packet too large for a line', () => {
  test('with DF: the sender is told, through its NATs (RFC 4787 REQ-13, RFC 1191)', () => {
    const bench = lab({ up: 1280 })
    bench.send('alice', 5000, carolAt, large)
    bench.run()
    expect(told(bench.arrivals, 'alice')).toEqual({ mtu: 1280, source: bench.v4('alice') })
    // By the router beyond the line, in the provider's network.
    expect(parsePacket(bench.arrivals[0]?.packet ?? new Uint8Array(0))?.source).toBe('100.64.0.1')
    expect(bench.drops).toMatchObject([{ reason: 'mtu', site: 'a' }])
    expect(bench.wrong).toBe(0)
  })

  test('with DF, on the way in: the sender on the other side is told', () => {
    const bench = lab({ down: 1280 })
    bench.send('alice', 5000, carolAt)
    const seen = sourceOf(bench.run()[0]?.packet)
    bench.arrivals.length = 0
    bench.send('carol', 80, seen, large)
    bench.run()
    expect(told(bench.arrivals, 'carol')).toEqual({ mtu: 1280, source: bench.v4('carol') })
    expect(bench.wrong).toBe(0)
  })

  test('without DF: it arrives in pieces, in order, through all NATs (REQ-13a, REQ-14)', () => {
    const bench = lab({ up: 1280, down: 1000 })
    bench.send('alice', 5000, carolAt, { ...large, dontFragment: false, identification: 5 })
    const there = bench.run()
    expect(there.map((arrival) => [arrival.host, arrival.packet.length])).toEqual([
      ['carol', 1276],
      ['carol', 172],
    ])
    bench.send('carol', 80, sourceOf(there[0]?.packet), { ...large, dontFragment: false, identification: 6 })
    const back = bench.run()
    expect(back.map((arrival) => arrival.host)).toEqual(['alice', 'alice'])
    for (const { packet } of back) expect(parsePacket(packet)?.destination).toBe(bench.v4('alice'))
    const payload = back.flatMap(({ packet }, i) => [...packet.subarray(i === 0 ? 28 : 20)])
    expect(payload).toEqual([...large.payload])
    expect(bench.wrong).toBe(0)
  })

  test('over IPv6: the sender is told, both ways (RFC 4443 §3.2)', () => {
    const bench = lab({ up: 1280, down: 1300 })
    bench.send('alice', 5000, `[${bench.v6('carol')}]:80`, large)
    bench.run()
    expect(told(bench.arrivals, 'alice')).toEqual({ mtu: 1280, source: bench.v6('alice') })
    bench.send('alice', 5000, `[${bench.v6('carol')}]:80`)
    bench.send('carol', 80, `[${bench.v6('alice')}]:5000`, large)
    bench.run()
    const complaints = bench.arrivals.filter(({ packet }) => packet.length < 200)
    expect(told(complaints, 'carol')).toEqual({ mtu: 1300, source: bench.v6('carol') })
    expect(bench.wrong).toBe(0)
  })
})
