import { decodeDatagram } from '@pearcast/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { AudienceBench, BOTH, CHANNEL, framesOf, select } from '../testing/audience-bench.ts'

let bench: AudienceBench
beforeEach(() => {
  bench = new AudienceBench(2)
})

describe('a switch to WebRTC', () => {
  test('is make before break: both carry the frames until the listener selects', () => {
    const link = bench.join('a', BOTH)
    bench.publish(1)
    bench.rtc[0]?.onPhase('connected')
    bench.publish(2)
    link.receive(select('webrtc'))
    bench.publish(3)
    expect(framesOf(link)).toEqual([1, 2])
    expect(bench.rtc[0]?.packets).toHaveLength(2)
    expect(bench.events.at(-1)).toEqual({
      event: 'listener-path',
      id: 'a',
      from: 'swarm',
      path: 'webrtc',
      via: 'webrtc',
    })
  })

  test('falls back to swarm with the latest frames when WebRTC fails', () => {
    const link = bench.join('a', BOTH)
    bench.rtc[0]?.onPhase('connected')
    link.receive(select('webrtc'))
    for (let seq = 1; seq <= 3; seq++) bench.publish(seq)
    bench.rtc[0]?.onPhase('failed')
    bench.publish(4)
    expect(framesOf(link)).toEqual([1, 2, 3, 4])
    expect(bench.events.at(-1)).toMatchObject({ event: 'listener-path', from: 'webrtc', path: 'swarm' })
  })

  test('cannot be selected before it is connected', () => {
    const link = bench.join('a', BOTH)
    link.receive(select('webrtc'))
    bench.publish(1)
    expect(framesOf(link)).toEqual([1])
  })

  test('that is selected before our own end is connected goes on', () => {
    const link = bench.join('a', { swarm: false, webrtc: true })
    link.receive(select('webrtc'))
    expect(bench.rtc[0]?.closed).toBe(false)
    bench.rtc[0]?.onPhase('connected')
    bench.publish(1)
    expect(bench.rtc[0]?.packets).toHaveLength(1)
  })

  test('that the listener gives up ends the WebRTC session, and a later subscription opens another', () => {
    const link = bench.join('a', BOTH)
    bench.rtc[0]?.onPhase('connected')
    link.receive(select('swarm'))
    expect(bench.rtc[0]?.closed).toBe(true)
    link.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: BOTH })
    expect(bench.rtc).toHaveLength(2)
  })

  test('meanwhile the link shows that it lives', () => {
    const link = bench.join('a', BOTH)
    bench.rtc[0]?.onPhase('connected')
    link.receive(select('webrtc'))
    bench.publish(1)
    bench.audience.beat(undefined, 0)
    const last = link.datagrams.at(-1)
    expect(last && decodeDatagram(last)).toEqual({ type: 'hop-heartbeat', channel: CHANNEL, headSeq: 1 })
  })

  test('alone: a listener that wants no swarm gets no frame by it, and counts from its connection', () => {
    const link = bench.join('a', { swarm: false, webrtc: true })
    bench.publish(1)
    expect(bench.audience.size).toBe(0)
    bench.rtc[0]?.onPhase('connected')
    bench.publish(2)
    expect(framesOf(link)).toEqual([])
    expect(bench.rtc[0]?.packets).toHaveLength(1)
    expect(bench.events).toEqual([{ event: 'listener-joined', id: 'a', path: 'webrtc', via: 'webrtc' }])
  })
})
