import { describe, expect, test, vi } from 'vitest'
import type { AudioError } from '../error.ts'
import { player } from '../testing/run-sink.ts'
import { glide } from '../testing/signals.ts'
import { settle } from '../testing/virtual-time.ts'
import { SpeakerSink } from './speakers.ts'

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
