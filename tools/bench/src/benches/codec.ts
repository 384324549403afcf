import { FRAME_SAMPLES, OpusDecoder, OpusEncoder, type Profile } from '@pearcast/audio'
import { row, round, type Row } from '../figures/row.ts'
import { usPerCall } from './repeat.ts'

/** Opus by the frame of 20 ms, on a chord with noise: encode once a station, decode once a listener. */
export function codec(rounds?: number): Row[] {
  return [...one('music', 2, 96_000, rounds), ...one('voice', 1, 32_000, rounds)]
}

function one(profile: Profile, channels: 1 | 2, bitrate: number, rounds: number | undefined): Row[] {
  const encoder = new OpusEncoder({ profile, channels, bitrate })
  const decoder = new OpusDecoder({ channels })
  const blocks = Array.from({ length: 50 }, (_, block) => chord(channels, block))
  const packets = blocks.map((block) => encoder.encode(block).slice())
  let i = 0
  const next = <T>(of: readonly T[]): T | undefined => of[i++ % of.length]
  const named = `${profile}, ${channels === 2 ? 'stereo' : 'mono'}, ${bitrate / 1000} kbit/s`
  const bytes = packets.reduce((sum, packet) => sum + packet.length, 0) / packets.length
  const calls: Record<string, () => unknown> = {
    [`encode ${named}`]: () => encoder.encode(next(blocks) ?? new Float32Array(0)),
    [`decode ${named}`]: () => decoder.decode(next(packets) ?? new Uint8Array(0)),
    [`conceal ${named}`]: () => decoder.conceal(FRAME_SAMPLES),
  }
  return Object.entries(calls).map(([path, call]) => {
    const us = usPerCall(call, rounds)
    const figures = {
      cpuUsPerPacket: round(us, 1),
      timesRealTime: Math.round(20_000 / us),
      bytes: Math.round(bytes),
    }
    return row('codec', path, 1, figures)
  })
}

function chord(channels: number, block: number): Float32Array {
  const pcm = new Float32Array(FRAME_SAMPLES * channels)
  for (let i = 0; i < pcm.length; i++) {
    const t = (block * FRAME_SAMPLES + Math.floor(i / channels)) / 48_000
    const noise = (Math.imul(block * pcm.length + i + 1, 0x9e37_79b1) >>> 0) / 2 ** 32 - 0.5
    pcm[i] = 0.3 * Math.sin(2765 * t) + 0.2 * Math.sin(4147 * t + (i % channels)) + 0.05 * noise
  }
  return pcm
}
