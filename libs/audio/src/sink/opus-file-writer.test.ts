import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OggOpusReader } from '../container/ogg-reader.ts'
import { decodeFile } from '../measure/decode-file.ts'
import { OpusDecoder } from '../opus/decoder.ts'
import { OpusEncoder } from '../opus/encoder.ts'
import { MemoryBytes } from '../testing/memory-bytes.ts'
import { temporaryFolder } from '../testing/paths.ts'
import { glide } from '../testing/signals.ts'
import { VirtualTime } from '../testing/virtual-time.ts'
import { openSink } from './open-sink.ts'

const SECOND = 48_000
const BLOCK = 960 * 2

describe('the Ogg Opus sink', () => {
  const lost = new Set([20, 21, 60])

  /** Plays packets as a playout would: the slot is told while its block is pulled. */
  async function record(path: string, packets: readonly Uint8Array[]): Promise<Float32Array> {
    const decoder = new OpusDecoder({ channels: 2 })
    const heard: Float32Array[] = []
    const time = new VirtualTime()
    const sink = await openSink(path, { channels: 2, pacing: { timers: time } })
    await sink.start({
      pull(into) {
        const packet = packets[heard.length]
        if (packet === undefined || lost.has(heard.length)) {
          sink.onPlayed?.({ kind: 'concealed', samples: 960 })
          into.set(decoder.conceal(960))
        } else {
          sink.onPlayed?.({ kind: 'frame', payload: packet })
          into.set(decoder.decode(packet))
        }
        heard.push(into.slice())
      },
    })
    await time.advance((packets.length - 1) * 20)
    await sink.stop()
    return Float32Array.from(heard.flatMap((block) => [...block]))
  }

  function encode(seconds: number): Uint8Array[] {
    const encoder = new OpusEncoder({ profile: 'music' })
    const pcm = glide(seconds * SECOND)
    return Array.from({ length: seconds * 50 }, (_, i) =>
      encoder.encode(pcm.subarray(i * BLOCK, (i + 1) * BLOCK)),
    )
  }

  test('stores the played packets bit for bit and a gap as packets without audio', async () => {
    const path = join(await temporaryFolder(), 'heard.opus')
    const packets = encode(3)
    await record(path, packets)
    const reader = new OggOpusReader(new MemoryBytes(new Uint8Array(await readFile(path))))
    const stored: Uint8Array[] = []
    for (let next = await reader.next(); next !== undefined; next = await reader.next())
      stored.push(next.packet)
    const expected = packets.map((packet, n) =>
      lost.has(n) ? Uint8Array.of((packets[n - 1]?.[0] ?? 0) & 0xfc) : packet,
    )
    expect(stored.slice(2)).toEqual(expected)
    expect(reader.cutOff).toBe(false)
  })

  test('sounds exactly as it was played, the encoder delay cut off', async () => {
    const path = join(await temporaryFolder(), 'heard.opus')
    const heard = await record(path, encode(2))
    const { pcm } = await decodeFile(path)
    expect(pcm.length / 2).toBe(2 * SECOND - 312)
    expect(pcm).toEqual(heard.subarray(312 * 2))
  })

  test('begins with the first packet, not with the silence before it', async () => {
    const path = join(await temporaryFolder(), 'late.opus')
    const time = new VirtualTime()
    const [packet] = encode(1)
    const sink = await openSink(path, { channels: 2, pacing: { timers: time } })
    let pulls = 0
    await sink.start({
      pull(into) {
        into.fill(0)
        if (pulls++ < 50 || packet === undefined) sink.onPlayed?.({ kind: 'concealed', samples: 960 })
        else sink.onPlayed?.({ kind: 'frame', payload: packet })
      },
    })
    await time.advance(1980)
    await sink.stop()
    expect((await decodeFile(path)).pcm.length / 2).toBe(50 * 960 - 312)
  })

  test('a long packet that was played in part ends the file where the sound ended', async () => {
    const path = join(await temporaryFolder(), 'part.opus')
    const time = new VirtualTime()
    const sink = await openSink(path, { channels: 2, pacing: { timers: time } })
    let pulls = 0
    await sink.start({
      pull(into) {
        into.fill(0)
        // 60 ms of SILK, one every three blocks.
        if (pulls++ % 3 === 0) sink.onPlayed?.({ kind: 'frame', payload: Uint8Array.of(3 << 3) })
      },
    })
    await time.advance(60)
    await sink.stop()
    expect((await decodeFile(path)).pcm.length / 2).toBe(4 * 960 - 312)
  })
})
