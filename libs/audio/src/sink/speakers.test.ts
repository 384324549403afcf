import { describe, expect, test, vi } from 'vitest'
import { player } from '../testing/run-sink.ts'
import { glide } from '../testing/signals.ts'
import { settle } from '../testing/virtual-time.ts'
import type { SinkNotice } from './sink.ts'
import { SpeakerSink } from './speakers.ts'
import type { Device } from './speakers.ts'

const SECOND = 48_000
const BLOCK = 960 * 2

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

  test('a device that stops taking sound is told, tried again, and told when it is back', async () => {
    vi.useFakeTimers()
    try {
      const closed = vi.fn()
      let opened = 0
      const open = (): Promise<Device> => {
        opened++
        // The first one is dead, the second try finds none, the third one plays.
        if (opened === 2) return Promise.reject(new Error('no device'))
        const play = (_: Uint8Array, done: (error: null) => void): void => {
          if (opened === 3) setTimeout(() => done(null), 20)
        }
        return Promise.resolve(Object.assign(play, { close: closed }))
      }
      const sink = new SpeakerSink(1, open)
      const notices: SinkNotice[] = []
      const io = { ...player(glide(960)), onNotice: (notice: SinkNotice) => notices.push(notice) }
      await sink.start(io)
      await vi.advanceTimersByTimeAsync(3000)
      expect(notices.map(({ state }) => state)).toEqual(['lost'])
      expect(closed).toHaveBeenCalledOnce()
      // A second of sound is pulled a second, whether it is heard or not.
      expect(io.pulls).toBeGreaterThan(40)
      await vi.advanceTimersByTimeAsync(3000)
      expect(notices.map(({ state }) => state)).toEqual(['lost', 'back'])
      expect(opened).toBe(3)
      const stopping = sink.stop()
      await vi.advanceTimersByTimeAsync(100)
      await stopping
      expect(closed).toHaveBeenCalledTimes(2)
    } finally {
      vi.useRealTimers()
    }
  })

  test('play softer at a lower volume, and clip what would be too loud', async () => {
    const blocks: Int16Array[] = []
    const device = Object.assign((block: Uint8Array) => void blocks.push(new Int16Array(block.buffer)), {
      close: () => undefined,
    })
    for (const volume of [0.5, 4]) {
      const sink = new SpeakerSink(1, () => Promise.resolve(device), volume)
      await sink.start(player(new Float32Array(960).fill(0.5)))
      await settle()
    }
    expect(blocks.map((block) => block[0])).toEqual([8192, 32767])
  })

  test('a device that cannot be opened is an error of start', async () => {
    const sink = new SpeakerSink(2, () => Promise.reject(new Error('busy')))
    await expect(sink.start(player(glide(960)))).rejects.toThrow('busy')
    await sink.stop()
  })
})
