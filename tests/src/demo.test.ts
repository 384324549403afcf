import { describe, expect, test } from 'vitest'
import { Pearcast } from './testing/pearcast.ts'

interface Leg {
  leg: string
  path: string
  firstAudioMs: number
  latencyMs: { p50: number; p95: number }
  framesSent: number
  framesPlayed: number
  framesLost: number
  framesConcealed: number
  framesDuplicate: number
  framesByPath: { swarm: number; webrtc: number; relayed: number }
  correlation: number
  loudnessDiffDb: number
}

function isLegs(value: unknown): value is { legs: Leg[] } {
  return typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'legs'))
}

describe('pearcast demo', () => {
  test('both legs are heard whole: by swarm alone, and by auto mostly over WebRTC', async () => {
    const demo = new Pearcast(['demo', '--duration', '6', '--json'], process.env)
    expect(await demo.exited, demo.stderr).toBe(0)
    const result: unknown = demo.events.at(-1)
    if (!isLegs(result)) throw new Error(`no result line; stderr:\n${demo.stderr}`)
    const [swarm, auto] = result.legs
    if (swarm === undefined || auto === undefined) throw new Error('two legs')
    expect(result.legs.map(({ leg }) => leg)).toEqual(['swarm', 'auto'])
    for (const leg of result.legs) {
      expect(leg).toMatchObject({ framesLost: 0, framesDuplicate: 0 })
      expect(leg.framesSent).toBe(leg.framesPlayed + leg.framesConcealed)
      expect(leg.correlation).toBeGreaterThanOrEqual(0.97)
      expect(Math.abs(leg.loudnessDiffDb)).toBeLessThanOrEqual(1)
    }
    expect(swarm.framesByPath).toEqual({ swarm: swarm.framesPlayed, webrtc: 0, relayed: 0 })
    expect(auto.path).toBe('webrtc')
    expect(auto.framesByPath.webrtc / auto.framesPlayed).toBeGreaterThanOrEqual(0.8)
  })
})
