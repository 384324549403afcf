import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectWhole } from './testing/heard.ts'
import { whereUnhindered } from './testing/machine.ts'
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

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-demo-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('pearcast demo', () => {
  // WebRTC's handshake, once held up, is repeated after a second: a busy computer gets another try.
  test(
    'both legs are heard whole: by swarm alone, and by auto mostly over WebRTC',
    { retry: 1 },
    async () => {
      const demo = new Pearcast(['demo', '--duration', '6', '--json', '--keep', folder], process.env)
      const code = await demo.exited
      const result: unknown = demo.events.at(-1)
      if (!isLegs(result)) throw new Error(`no result line; stderr:\n${demo.stderr}`)
      const [swarm, auto] = result.legs
      if (swarm === undefined || auto === undefined) throw new Error('two legs')
      expect(result.legs.map(({ leg }) => leg)).toEqual(['swarm', 'auto'])
      for (const leg of result.legs) {
        expectWhole(leg, leg.framesSent)
        expect(leg.framesSent).toBe(leg.framesPlayed + leg.framesConcealed + leg.framesLost)
        whereUnhindered('how like the source it is', () => {
          // Other audio has less than 0.05; how much a pause costs by moving the timeline is for the demo's own verdict.
          expect(leg.correlation).toBeGreaterThanOrEqual(0.3)
          expect(Math.abs(leg.loudnessDiffDb)).toBeLessThanOrEqual(1)
        })
      }
      // Its own verdict is stricter than what a computer that is held up can promise, and must fit its figures.
      const heardWell = result.legs.every(
        ({ framesLost, correlation }) => framesLost === 0 && correlation >= 0.97,
      )
      expect(code, demo.stderr).toBe(heardWell ? 0 : 7)
      expect(swarm.framesByPath).toEqual({ swarm: swarm.framesPlayed, webrtc: 0, relayed: 0 })
      whereUnhindered('how soon WebRTC took over', () => {
        expect(auto.path).toBe('webrtc')
        expect(auto.framesByPath.webrtc / auto.framesPlayed).toBeGreaterThanOrEqual(0.8)
      })
    },
  )
})
