import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { OggOpusReader } from '../container/ogg-reader.ts'
import type { AudioError } from '../error.ts'
import { decodeFile } from '../measure/decode-file.ts'
import { OpusDecoder } from '../opus/decoder.ts'
import { OpusEncoder } from '../opus/encoder.ts'
import { MemoryBytes } from '../testing/memory-bytes.ts'
import { temporaryFolder } from '../testing/paths.ts'
import { glide, likeness } from '../testing/signals.ts'
import { settle, VirtualTime } from '../testing/virtual-time.ts'
import { AppendFile } from './append-file.ts'
import { openSink } from './open-sink.ts'
import type { Sink, SinkIo } from './sink.ts'
import { SpeakerSink } from './speakers.ts'

const SECOND = 48_000
const BLOCK = 960 * 2

/** Pulls `pcm` block by block, then silence. */
function player(pcm: Float32Array): SinkIo & { pulls: number } {
  return {
    pulls: 0,
    pull(into) {
      into.fill(0)
      into.set(pcm.subarray(this.pulls * into.length, (this.pulls + 1) * into.length))
      this.pulls++
    },
  }
}

/** A sink that is pulled for `ms` of virtual time. */
async function run(spec: string, io: SinkIo, ms: number): Promise<Sink> {
  const time = new VirtualTime()
  const sink = await openSink(spec, { channels: 2, pacing: { timers: time } })
  await sink.start(io)
  await time.advance(ms)
  return sink
}

describe('openSink', () => {
  test.each(['song.mp3', 'headphones', '', 'wav'])(
    'refuses %j and names the outputs there are',
    async (spec) => {
      const opening = openSink(spec, { channels: 2 })
      await expect(opening).rejects.toMatchObject({ code: 'OUTPUT_UNSUPPORTED' })
      await expect(opening).rejects.toThrow(/\.wav or \.opus.*speakers.*null/)
    },
  )

  test('creates no file before it is started', async () => {
    const path = join(await temporaryFolder(), 'later.wav')
    await openSink(path, { channels: 2 })
    expect(existsSync(path)).toBe(false)
  })

  test.each(['.wav', '.opus'])(
    'a %s in a folder that does not exist cannot be written',
    async (extension) => {
      const sink = await openSink(join(await temporaryFolder(), `no/such/folder/x${extension}`), {
        channels: 2,
      })
      await expect(sink.start(player(glide(960)))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' })
    },
  )

  test('a folder named like a file cannot be written', async () => {
    const path = join(await temporaryFolder(), 'x.wav')
    await mkdir(path)
    const sink = await openSink(path, { channels: 2 })
    await expect(sink.start(player(glide(960)))).rejects.toThrow('it is a directory')
  })
})

describe('the null sink', () => {
  test('pulls 50 blocks a second and is told nothing of what was played', async () => {
    const io = player(glide(SECOND))
    const sink = await run('null', io, 2000)
    expect(io.pulls).toBe(101)
    expect(typeof sink.onPlayed).toBe('undefined')
    await sink.stop()
  })

  test('pulls no more after stop, and may be stopped unstarted or twice', async () => {
    const time = new VirtualTime()
    const io = player(glide(SECOND))
    const sink = await openSink('null', { channels: 2, pacing: { timers: time } })
    await sink.stop()
    const other = await run('null', io, 100)
    await other.stop()
    await other.stop()
    const pulls = io.pulls
    await time.advance(1000)
    expect(io.pulls).toBe(pulls)
  })
})

describe('the WAV sink', () => {
  test('writes what it pulled, 48 kHz 16 bit, with a header that fits', async () => {
    const path = join(await temporaryFolder(), 'heard.wav')
    const pcm = glide(2 * SECOND)
    const sink = await run(path, player(pcm), 1980)
    await sink.stop()
    const bytes = new Uint8Array(await readFile(path))
    const view = new DataView(bytes.buffer)
    expect(bytes.length).toBe(44 + 2 * SECOND * 4)
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([bytes.length - 8, bytes.length - 44])
    const heard = await decodeFile(path)
    expect(heard.pcm.length).toBe(pcm.length)
    expect(likeness(heard.pcm, pcm)).toBeGreaterThan(0.999999)
  })

  test('a process that is killed leaves a playable file that lacks half a second at most', async () => {
    const path = join(await temporaryFolder(), 'killed.wav')
    const sink = await run(path, player(glide(2 * SECOND)), 1700)
    await vi.waitFor(async () => {
      const heard = await decodeFile(path)
      expect(heard.pcm.length / 2).toBeGreaterThanOrEqual(1.2 * SECOND)
    })
    const bytes = new Uint8Array(await readFile(path))
    expect(new DataView(bytes.buffer).getUint32(40, true)).toBe(bytes.length - 44)
    await sink.stop()
  })

  test('clips what is beyond full scale', async () => {
    const path = join(await temporaryFolder(), 'loud.wav')
    const sink = await run(path, player(new Float32Array(BLOCK).map((_, i) => (i % 2 === 0 ? 3 : -3))), 0)
    await sink.stop()
    expect(Array.from((await decodeFile(path)).pcm.subarray(0, 2))).toEqual([32767 / 32768, -1])
  })

  test('replaces an older, longer file', async () => {
    const path = join(await temporaryFolder(), 'again.wav')
    await writeFile(path, new Uint8Array(1_000_000))
    const sink = await run(path, player(glide(SECOND)), 0)
    await sink.stop()
    expect((await readFile(path)).length).toBe(44 + BLOCK * 2)
  })
})

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

describe('a disk', () => {
  test.runIf(existsSync('/dev/full'))('that is full when the recording starts is told by start', async () => {
    const path = join(await temporaryFolder(), 'full.wav')
    await symlink('/dev/full', path)
    const sink = await openSink(path, { channels: 2 })
    await expect(sink.start(player(glide(960)))).rejects.toMatchObject({ code: 'DISK_FULL' })
  })

  test.runIf(existsSync('/dev/full'))('that fails midway is told once, and the sink pulls on', async () => {
    const errors: AudioError[] = []
    // An empty head writes nothing, so that the device opens.
    const file = await AppendFile.create('/dev/full', new Uint8Array(0))
    file.onError = (error) => errors.push(error)
    file.append(Uint8Array.of(1))
    file.append(Uint8Array.of(2))
    await file.close()
    expect(errors.map(({ code }) => code)).toEqual(['DISK_FULL'])
  })

  test.runIf(existsSync('/dev/full'))(
    'that fails midway with nobody listening is told by close',
    async () => {
      const file = await AppendFile.create('/dev/full', new Uint8Array(0))
      file.append(Uint8Array.of(1))
      await expect(file.close()).rejects.toMatchObject({ code: 'DISK_FULL' })
    },
  )
})

describe('the speakers', () => {
  test('pull a block whenever the device wants one, as 16-bit samples', async () => {
    const wants: (() => void)[] = []
    const blocks: Uint8Array[] = []
    const device = Object.assign(
      (block: Uint8Array, done: (error: Error | null) => void) => {
        blocks.push(block)
        wants.push(() => done(null))
      },
      { close: vi.fn() },
    )
    const sink = new SpeakerSink(2, () => Promise.resolve(device))
    const io = player(glide(SECOND))
    await sink.start(io)
    for (let n = 0; n < 5; n++) {
      wants.shift()?.()
      await settle()
    }
    expect(io.pulls).toBe(6)
    expect(new Set(blocks.map((block) => block.buffer)).size).toBe(6)
    expect(blocks[0]?.length).toBe(BLOCK * 2)
    const stopping = sink.stop()
    wants.shift()?.()
    await stopping
    expect(device.close).toHaveBeenCalledOnce()
  })

  test('a device that stops taking sound is told, and the sink pulls on at its own pace', async () => {
    vi.useFakeTimers()
    try {
      const device = Object.assign(() => undefined, { close: () => undefined })
      const sink = new SpeakerSink(1, () => Promise.resolve(device))
      const errors: AudioError[] = []
      const io = { ...player(glide(960)), onError: (error: AudioError) => errors.push(error) }
      await sink.start(io)
      await vi.advanceTimersByTimeAsync(3000)
      expect(errors.map(({ code }) => code)).toEqual(['NO_AUDIO_DEVICE'])
      expect(io.pulls).toBeGreaterThan(40)
      await sink.stop()
    } finally {
      vi.useRealTimers()
    }
  })

  test('a device that cannot be opened is an error of start', async () => {
    const sink = new SpeakerSink(2, () => Promise.reject(new Error('busy')))
    await expect(sink.start(player(glide(960)))).rejects.toThrow('busy')
    await sink.stop()
  })
})

test('what is pulled into is always the whole block', async () => {
  const lengths = new Set<number>()
  const io: SinkIo = { pull: (into) => lengths.add(into.length) }
  const sink = await run('null', io, 100)
  await sink.stop()
  expect([...lengths]).toEqual([BLOCK])
})
