import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { decodeFile } from '../measure/decode-file.ts'
import { temporaryFolder } from '../testing/paths.ts'
import { player, runSink } from '../testing/run-sink.ts'
import { glide, likeness } from '../testing/signals.ts'
import { VirtualTime } from '../testing/virtual-time.ts'
import { openSink } from './open-sink.ts'
import type { SinkIo } from './sink.ts'

const SECOND = 48_000
const BLOCK = 960 * 2

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
    const sink = await runSink('null', io, 2000)
    expect(io.pulls).toBe(101)
    expect(typeof sink.onPlayed).toBe('undefined')
    await sink.stop()
  })

  test('pulls no more after stop, and may be stopped unstarted or twice', async () => {
    const time = new VirtualTime()
    const io = player(glide(SECOND))
    const sink = await openSink('null', { channels: 2, pacing: { timers: time } })
    await sink.stop()
    const other = await runSink('null', io, 100)
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
    const sink = await runSink(path, player(pcm), 1980)
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
    const sink = await runSink(path, player(glide(2 * SECOND)), 1700)
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
    const sink = await runSink(path, player(new Float32Array(BLOCK).map((_, i) => (i % 2 === 0 ? 3 : -3))), 0)
    await sink.stop()
    expect(Array.from((await decodeFile(path)).pcm.subarray(0, 2))).toEqual([32767 / 32768, -1])
  })

  test('replaces an older, longer file', async () => {
    const path = join(await temporaryFolder(), 'again.wav')
    await writeFile(path, new Uint8Array(1_000_000))
    const sink = await runSink(path, player(glide(SECOND)), 0)
    await sink.stop()
    expect((await readFile(path)).length).toBe(44 + BLOCK * 2)
  })
})

test('what is pulled into is always the whole block', async () => {
  const lengths = new Set<number>()
  const io: SinkIo = { pull: (into) => lengths.add(into.length) }
  const sink = await runSink('null', io, 100)
  await sink.stop()
  expect([...lengths]).toEqual([BLOCK])
})
