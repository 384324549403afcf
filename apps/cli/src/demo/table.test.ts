import { expect, test } from 'vitest'
import { legResult, silentLeg } from '../testing/samples.ts'
import { plain } from '../testing/screen.ts'
import { resultTable } from './table.ts'

const swarm = {
  ...legResult,
  leg: 'swarm',
  path: 'swarm',
  via: 'lan',
  framesPlayed: 500,
  framesConcealed: 0,
  framesByPath: { swarm: 500, webrtc: 0, relayed: 0 },
} as const

test('a column a leg, a row a figure', () => {
  expect(resultTable([swarm, legResult], plain)).toMatchInlineSnapshot(`
    [
      "                      swarm                 auto",
      "  ──────────────────────────────────────────────────────────────",
      "  heard               yes                   yes",
      "  path, via           swarm, same network   WebRTC, direct",
      "  first sound         312 ms                312 ms",
      "  latency p50 / p95   41 / 47 ms            41 / 47 ms",
      "  frames played       500 of 500            498 of 500",
      "    by path           swarm 500             swarm 20, webrtc 478",
      "  lost                0                     0",
      "  concealed           0                     2",
      "  played twice        0                     0",
      "  correlation         0.9981                0.9981",
      "  loudness            -0.1 dB               -0.1 dB",
      "  ──────────────────────────────────────────────────────────────",
    ]
  `)
})

test('a leg that heard nothing has dashes, not zeros and nulls', () => {
  expect(resultTable([silentLeg], plain)).toMatchInlineSnapshot(`
    [
      "                      swarm",
      "  ───────────────────────────",
      "  heard               nothing",
      "  path, via           –",
      "  first sound         –",
      "  latency p50 / p95   –",
      "  frames played       0 of 0",
      "    by path           –",
      "  lost                0",
      "  concealed           0",
      "  played twice        0",
      "  correlation         –",
      "  loudness            –",
      "  ───────────────────────────",
    ]
  `)
})
