import { encodeDatagram } from '@pearcast/protocol'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { nowUs } from '../clock.ts'
import { AudienceBench, BOTH, CHANNEL, framesOf, select, SWARM } from '../testing/audience-bench.ts'
import { createMemoryLink } from '../testing/memory-link.ts'

let bench: AudienceBench
beforeEach(() => {
  bench = new AudienceBench(2)
})

describe('a listener that joins', () => {
  test('is told what it will hear, and gets the live edge at once', () => {
    for (let seq = 1; seq <= 3; seq++) bench.publish(seq)
    const link = bench.join('a', SWARM)
    expect(link.sent).toContainEqual(
      expect.objectContaining({ type: 'accepted', channel: CHANNEL, headSeq: 3 }),
    )
    bench.publish(4)
    expect(framesOf(link)).toEqual([1, 2, 3, 4])
    expect(bench.events).toEqual([{ event: 'listener-joined', id: 'a', path: 'swarm', via: 'lan' }])
  })

  test('finds the station full when it is, and enters when somebody has left', () => {
    bench.join('a', SWARM)
    const b = bench.join('b', SWARM)
    const c = bench.join('c', SWARM)
    expect(c.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
    bench.publish(1)
    expect(framesOf(c)).toEqual([])
    b.lose()
    expect(bench.events.at(-1)).toEqual({ event: 'listener-left', id: 'b', reason: 'lost' })
    c.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    bench.publish(2)
    expect(framesOf(c)).toContain(2)
  })

  test('of another rendition is refused for good', () => {
    const link = createMemoryLink('a')
    bench.audience.adopt(link)
    link.receive({ type: 'subscribe', channel: 1, variant: 3, paths: SWARM })
    expect(link.sent).toEqual([
      expect.objectContaining({ type: 'refused', reason: 'not-allowed', retryAfterMs: 0 }),
    ])
  })

  test('that wants WebRTC alone is refused where that is not to be had', () => {
    const children = Array.from({ length: 33 }, (_, i) => String(i))
    bench = new AudienceBench(40)
    const links = children.map((id) => bench.join(id, { swarm: false, webrtc: true }))
    expect(links[31]?.sent).toContainEqual(expect.objectContaining({ type: 'accepted' }))
    expect(links[32]?.sent.slice(-1)).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
  })

  test('is waited for', async () => {
    let gathered = false
    const waiting = bench.audience.gathered(2).then(() => (gathered = true))
    bench.join('a', SWARM)
    await Promise.resolve()
    expect(gathered).toBe(false)
    bench.join('b', SWARM)
    await waiting
    expect(bench.audience.size).toBe(2)
  })
})

describe('repair', () => {
  test('sends a lost frame again, byte for byte, and nothing that was not asked for', () => {
    const link = bench.join('a', SWARM)
    for (let seq = 1; seq <= 9; seq++) bench.publish(seq)
    const before = link.datagrams.slice()
    link.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [3, 7] }))
    expect(link.datagrams.slice(before.length)).toEqual([before[2], before[6]])
  })

  test('ignores what it never had, another channel, and bytes that mean nothing', () => {
    const link = bench.join('a', SWARM)
    bench.publish(1)
    const count = link.datagrams.length
    link.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [2, 4000] }))
    link.receiveDatagram(encodeDatagram({ type: 'nack', channel: 6, seqs: [1] }))
    link.receiveDatagram(Uint8Array.of(0xff, 0xff))
    expect(link.datagrams).toHaveLength(count)
  })

  test('has a limit: who asks without end does not get without end', () => {
    const link = bench.join('a', SWARM)
    for (let seq = 1; seq <= 64; seq++) bench.publish(seq)
    const count = link.datagrams.length
    const seqs = Array.from({ length: 64 }, (_, i) => i + 1)
    for (let i = 0; i < 50; i++)
      link.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs }))
    expect(link.datagrams.length - count).toBeLessThanOrEqual(200)
  })
})

describe('a place', () => {
  test('is not held by who answers nothing: it is asked, then let go', () => {
    const [a, b] = [bench.join('a', SWARM), bench.join('b', SWARM)]
    for (let second = 0; second < 20; second++) {
      b.receive({ type: 'ping', id: 1, t0Us: 1 })
      bench.audience.tick(nowUs() / 1000)
    }
    expect(a.sent.filter(({ type }) => type === 'ping')).toHaveLength(15)
    expect(bench.events.at(-1)).toEqual({ event: 'listener-left', id: 'a', reason: 'draining' })
    expect(bench.audience.size).toBe(1)
  })

  test('nor a connection by who never subscribes', () => {
    const idle = createMemoryLink('idle')
    bench.audience.adopt(idle)
    const closed = vi.fn()
    const told = idle.onClose
    idle.onClose = (end) => {
      closed(end)
      told?.(end)
    }
    for (let second = 0; second < 90; second++) {
      idle.receive({ type: 'ping', id: 1, t0Us: 1 })
      bench.audience.tick(nowUs() / 1000)
    }
    expect(closed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ reason: 'draining' }))
  })

  test('does not entitle to WebRTC connections without end', () => {
    const link = bench.join('a', BOTH)
    for (let i = 0; i < 100; i++) {
      link.receive(select('swarm'))
      link.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: BOTH })
    }
    expect(bench.rtc.length).toBeLessThanOrEqual(7)
    expect(bench.rtc.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1)
    bench.publish(1)
    expect(framesOf(link)).toContain(1)
  })
})
