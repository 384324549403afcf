import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AudioError } from '../error.ts'
import type { FfmpegEnd } from '../ffmpeg/ffmpeg.ts'
import { MicSource } from './mic.ts'
import type { Capture, OpenCapture } from './mic.ts'
import type { SourceNotice } from './source.ts'

const MUSIC = { profile: 'music' } as const
const BLOCK_BYTES = 960 * 2 * 4

/** A recorder that a test speaks into. */
class FakeCapture implements Capture {
  readonly stdout = new PassThrough({ highWaterMark: 1 << 20 })
  #end: (end: FfmpegEnd) => void = () => undefined
  readonly ended = new Promise<FfmpegEnd>((resolve) => (this.#end = resolve))
  killed = false

  speak(sample: number, blocks = 1): void {
    const pcm = new Float32Array((blocks * BLOCK_BYTES) / 4).fill(sample)
    this.stdout.write(new Uint8Array(pcm.buffer))
  }

  fail(said: string, started = true): void {
    this.#end({ started, code: 1, said })
    this.stdout.end()
  }

  kill(): Promise<void> {
    this.killed = true
    this.fail('killed')
    return Promise.resolve()
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function open(captures: (FakeCapture | AudioError)[]) {
  const notices: SourceNotice[] = []
  const openCapture: OpenCapture = () => {
    const next = captures.shift() ?? AudioError.noAudioInput('none left')
    return next instanceof AudioError ? Promise.reject(next) : Promise.resolve(next)
  }
  const opening = MicSource.open(openCapture, { ...MUSIC, onNotice: (notice) => void notices.push(notice) })
  return { opening, notices }
}

async function level(mic: Awaited<ReturnType<typeof MicSource.open>>): Promise<number | undefined> {
  const item = await mic.read()
  return item?.kind === 'pcm' ? Math.round((item.pcm[0] ?? 0) * 100) / 100 : undefined
}

describe('a microphone', () => {
  test('gives blocks as they are spoken, and is live', async () => {
    const capture = new FakeCapture()
    const { opening } = await open([capture])
    capture.speak(0.25)
    const mic = await opening
    expect(mic.live).toBe(true)
    expect(await level(mic)).toBe(0.25)
    const waiting = level(mic)
    capture.speak(0.5)
    expect(await waiting).toBe(0.5)
    await mic.close()
    expect(capture.killed).toBe(true)
    expect(await mic.read()).toBeUndefined()
  })

  test('nobody has listened to keeps the last 200 ms only', async () => {
    const capture = new FakeCapture()
    const { opening } = await open([capture])
    capture.speak(0.1, 100)
    capture.speak(0.9, 5)
    const mic = await opening
    await vi.advanceTimersByTimeAsync(10)
    const heard = []
    for (let n = 0; n < 10; n++) heard.push(await level(mic))
    expect(heard).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9])
    await mic.close()
  })

  test('that cannot be opened says why', async () => {
    const { opening } = await open([AudioError.inputDeviceUnknown('usb', ['built-in'])])
    await expect(opening).rejects.toMatchObject({ code: 'INPUT_DEVICE_UNKNOWN' })
    const silent = new FakeCapture()
    const second = await open([silent])
    silent.fail('default: Input/output error')
    await expect(second.opening).rejects.toThrow(/NO_AUDIO_INPUT|Input\/output error/)
    const missing = new FakeCapture()
    const third = await open([missing])
    missing.fail('', false)
    await expect(third.opening).rejects.toMatchObject({ code: 'NO_FFMPEG' })
  })

  test('that gives no sound within 10 s is not waited for', async () => {
    const { opening } = await open([new FakeCapture()])
    const [failure] = await Promise.all([
      opening.then(
        () => undefined,
        (error: unknown) => error,
      ),
      vi.advanceTimersByTimeAsync(11_000),
    ])
    expect(failure).toMatchObject({ code: 'NO_AUDIO_INPUT' })
  })

  test.each([
    ['unplugged', 0, (capture: FakeCapture) => capture.fail('No such device')],
    ['mute for three seconds', 3000, () => undefined],
  ])('that is %s is told once and tried again until it is back', async (_, afterMs, lose) => {
    const [before, after] = [new FakeCapture(), new FakeCapture()]
    const { notices, opening } = await open([before, AudioError.noAudioInput('gone'), after])
    before.speak(0.1)
    const mic = await opening
    expect(await level(mic)).toBe(0.1)
    lose(before)
    const waiting = level(mic)
    await vi.advanceTimersByTimeAsync(afterMs + 1500)
    expect(notices.map(({ kind }) => kind)).toEqual(['lost'])
    await vi.advanceTimersByTimeAsync(1000)
    after.speak(0.2)
    expect(await waiting).toBe(0.2)
    expect(notices).toHaveLength(1)
    await mic.close()
    expect(after.killed).toBe(true)
  })
})
