import type { Sink } from '@pearcast/audio'
import type { PlayedSlot } from '@pearcast/media'
import { expect, test } from 'vitest'
import { SlotRecorder } from './slot-recorder.ts'

type Told = Parameters<NonNullable<Sink['onPlayed']>>[0]

const frame = (n: number): PlayedSlot => {
  const payload = Uint8Array.of(n)
  const fields = { seq: n, ts48k: n * 960, kid: 0, flags: 0, captureUs: 0, hops: 0 }
  return {
    kind: 'frame',
    frame: { ...fields, payload, body: payload, signature: payload },
    path: 'swarm',
    samples: 960,
    latencyUs: undefined,
  }
}

test('keeps the time between the first frame and the last, and none before or after', () => {
  const told: Told[] = []
  const recorder = new SlotRecorder((slot) => told.push(slot))
  recorder.onPlayed({ kind: 'filler', samples: 4800 })
  recorder.onPlayed(frame(1))
  recorder.onPlayed({ kind: 'concealed', seq: 2, samples: 960 })
  recorder.onPlayed({ kind: 'lost', fromSeq: 3, toSeq: 4, samples: 1920 })
  recorder.onPlayed(frame(5))
  recorder.onPlayed({ kind: 'filler', samples: 96_000 })
  expect(told).toEqual([
    { kind: 'frame', payload: Uint8Array.of(1) },
    { kind: 'concealed', samples: 2880 },
    { kind: 'frame', payload: Uint8Array.of(5) },
  ])
})
