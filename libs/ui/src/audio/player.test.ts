import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Encoder } from '@evan/opus'
import { beforeAll, describe, expect, test } from 'vitest'
import { OpusWasmDecoder } from './opus-decoder.ts'
import { Player } from './player.ts'

const HZ = 400
const STEP = 480
let wasm: Uint8Array<ArrayBuffer>
let packets: Uint8Array[]

beforeAll(async () => {
  const file = createRequire(import.meta.url).resolve('@evan/opus/wasm/simd.wasm')
  wasm = new Uint8Array(await readFile(file))
  const encoder = new Encoder({ channels: 2, sample_rate: 48_000, application: 'audio' })
  packets = Array.from({ length: 100 }, (_, n) => {
    const pcm = new Int16Array(1920)
    for (let i = 0; i < 960; i++) {
      const sample = Math.sin((2 * Math.PI * HZ * (n * 960 + i)) / 48_000)
      pcm[2 * i] = Math.round(8000 * sample)
      pcm[2 * i + 1] = Math.round(2000 * sample)
    }
    return encoder.encode(pcm).slice()
  })
})

const loudest = (pcm: Float32Array, ear: number): number =>
  pcm.reduce((top, sample, i) => (i % 2 === ear ? Math.max(top, Math.abs(sample)) : top), 0)

describe('libopus in the page', () => {
  test('decodes, keeps the ears apart, carries a sound on where a packet is missing, and survives a bad one', async () => {
    const decoder = await OpusWasmDecoder.load(wasm)
    const [first = new Uint8Array(0), ...others] = packets.slice(0, 10)
    decoder.decode(first)
    const pcm = others.map((packet) => decoder.decode(packet).slice()).at(-1) ?? new Float32Array(0)
    expect(pcm).toHaveLength(1920)
    expect(loudest(pcm, 0)).toBeCloseTo(8000 / 32_768, 1)
    expect(loudest(pcm, 1)).toBeCloseTo(2000 / 32_768, 1)
    expect(loudest(decoder.conceal(960), 0)).toBeGreaterThan(0.1)
    expect(() => decoder.decode(Uint8Array.of(0xff, 0xff, 0xff))).toThrow(/refused/)
    expect(() => decoder.decode(new Uint8Array(2000))).toThrow(/2000 bytes/)
    expect(decoder.decode(first)).toHaveLength(1920)
  })
})

describe('a player', () => {
  /** Pulls in virtual time, 10 ms a step, with frames that come when they were captured. */
  async function play(lost: ReadonlySet<number>): Promise<{ player: Player; levels: number[] }> {
    let nowUs = 1e15
    const player = new Player(await OpusWasmDecoder.load(wasm), () => nowUs)
    const levels: number[] = []
    player.take({ kind: 'begin', bufferMs: 40 })
    player.take({ kind: 'start', headSeq: 0 })
    for (let step = 0; step < 180; step++) {
      const seq = step / 2 + 1
      const payload = packets[seq - 1]
      if (step % 2 === 0 && payload !== undefined && !lost.has(seq)) {
        const offsetUs = 5_000_000
        player.take({
          kind: 'frame',
          path: 'swarm',
          seq,
          ts48k: (seq - 1) * 960,
          captureUs: nowUs + offsetUs,
          offsetUs,
          payload,
        })
      }
      levels.push(loudest(player.pull(STEP), 0))
      nowUs += 10_000
    }
    return { player, levels }
  }

  test('plays what comes, without a hole, and knows how late by both clocks', async () => {
    const { levels, player } = await play(new Set())
    expect(Math.min(...levels.slice(20))).toBeGreaterThan(0.2)
    expect(player.stats()).toMatchObject({ framesLost: 0, framesConcealed: 0, framesDuplicate: 0 })
    expect(player.stats()?.latencyMs.p50).toBeGreaterThan(20)
    expect(player.stats()?.latencyMs.p50).toBeLessThan(80)
  })

  test('bridges what is missing with the sound before it', async () => {
    const { levels, player } = await play(new Set([40]))
    expect(player.stats()).toMatchObject({ framesLost: 0, framesConcealed: 1 })
    expect(Math.min(...levels.slice(20))).toBeGreaterThan(0.1)
  })

  test('is silent before and after, and has a level in between', async () => {
    const { player } = await play(new Set())
    expect(player.takePeak()).toBeGreaterThan(0.2)
    player.take({ kind: 'end' })
    expect(player.isPlaying).toBe(false)
    expect(player.takePeak()).toBe(0)
    expect(loudest(player.pull(STEP), 0)).toBe(0)
  })
})
