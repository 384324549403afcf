import { expect, test } from 'vitest'
import type { Comparison } from '@pearcast/audio'
import { listenEvents } from '../testing/samples.ts'
import { HeardLeg } from './leg-result.ts'

const measured: Comparison = {
  offsetSamples: 312,
  leadingSilenceSamples: 0,
  perChannel: [0.99812345, 0.999],
  correlation: 0.99812345,
  looped: false,
  recordedLufs: -18.12,
  sourceLufs: -18,
  loudnessDiffDb: -0.12345,
}

test("the result is the listener's own figures and what was measured", () => {
  const heard = new HeardLeg()
  for (const event of Object.values(listenEvents)) heard.take({ ...event, t: 1 })
  expect(heard.wasHeard).toBe(true)
  expect(heard.result('auto', measured, 'auto.wav')).toEqual({
    leg: 'auto',
    path: 'webrtc',
    via: 'webrtc',
    firstAudioMs: 312,
    latencyMs: { p50: 41.2, p95: 46.9 },
    framesSent: 500,
    framesPlayed: 498,
    framesLost: 0,
    framesConcealed: 2,
    framesDuplicate: 0,
    framesByPath: { swarm: 20, webrtc: 478, relayed: 0 },
    correlation: 0.9981,
    loudnessDiffDb: -0.12,
    recording: 'auto.wav',
  })
})

test('a listener that never said "ended" has heard nothing', () => {
  const heard = new HeardLeg()
  heard.take({ ...listenEvents['first-audio'], t: 1 })
  expect(heard.wasHeard).toBe(false)
  expect(heard.result('swarm', undefined, 'swarm.wav')).toMatchObject({
    framesPlayed: 0,
    path: null,
    recording: null,
  })
})

test('the loudness of silence is null: JSON has no infinity', () => {
  const silence = { ...measured, loudnessDiffDb: -Infinity }
  expect(new HeardLeg().result('swarm', silence, 'swarm.wav').loudnessDiffDb).toBe(null)
})
