import { expect, test } from 'vitest'
import { udp } from '../testing/packets.ts'
import type { ReadPacket } from '../pcap/read-pcapng.ts'
import { hopDelay } from './hop-delay.ts'

const RELAY = '5.0.3.2:5000'
const PARENT = '5.0.1.2:6000'
const CHILD = '5.0.2.2:7000'

function packet(direction: 'in' | 'out', remote: string, unixMs: number, payload: number): ReadPacket {
  const [from, to] = direction === 'in' ? [remote, RELAY] : [RELAY, remote]
  return { direction, unixMs, bytes: udp(from, to, { payload: new Uint8Array(payload) }) }
}

/** Frames of many lengths, each passed on after its delay; and what else is on a wire. */
function wire(delaysMs: readonly number[]): ReadPacket[] {
  const packets = delaysMs.flatMap((delayMs, seq) => {
    const payload = 200 + ((seq * 37) % 90)
    const atMs = 1000 + 20 * seq
    return [
      packet('in', PARENT, atMs, payload),
      packet('out', CHILD, atMs + delayMs, payload),
      packet('in', CHILD, atMs + 3, 60),
      packet('out', PARENT, atMs + 4, 60),
    ]
  })
  return packets.toSorted((a, b) => a.unixMs - b.unixMs)
}

test('a frame is found again on its way out, however many are under way', () => {
  const delays = Array.from({ length: 200 }, (_, seq) => (seq % 10 === 0 ? 45 : 0.5))
  expect(hopDelay(wire(delays))).toEqual({ frames: 200, p50Ms: 0.5, p95Ms: 45 })
})

test('what never goes on is not counted, and too little tells nothing', () => {
  const kept = wire(Array.from({ length: 200 }, () => 1)).filter(
    ({ direction, unixMs }) => direction === 'in' || unixMs < 1000 + 20 * 150,
  )
  expect(hopDelay(kept)).toMatchObject({ frames: 150, p95Ms: 1 })
  expect(hopDelay(wire([1, 1, 1]))).toBeUndefined()
  expect(hopDelay([])).toBeUndefined()
})
