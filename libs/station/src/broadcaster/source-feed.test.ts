import sodium from 'sodium-universal'
import type { AudioSource, SourceItem } from '@pearcast/audio'
import { FrameSigner, FrameVerifier, keyPairFromSeed, type Frame } from '@pearcast/protocol'
import { describe, expect, test } from 'vitest'
import { nowUs } from '../clock.ts'
import { SourceFeed } from './source-feed.ts'

const context = new Uint8Array(32).fill(7)
const key = keyPairFromSeed(sodium, new Uint8Array(32).fill(1))
const packet = (n: number): SourceItem => ({ kind: 'opus', packet: Uint8Array.of(0xf8, n), samples: 960 })

function sourceOf(read: AudioSource['read']): AudioSource {
  return { channels: 2, read, close: () => Promise.resolve() }
}

function feedOf(source: AudioSource): {
  feed: SourceFeed
  frames: Frame[]
  states: string[]
  shown: SourceItem[]
} {
  const shown: SourceItem[] = []
  const frames: Frame[] = []
  const states: string[] = []
  const feed = new SourceFeed({
    source,
    createEncoder: () => ({ encode: () => Uint8Array.of(0xf8, 0xff) }),
    signer: new FrameSigner(sodium, key.secretKey, context),
    publish: (frame) => frames.push(frame),
    nowUs,
    onState: (state) => states.push(state),
    onItem: (item) => shown.push(item),
  })
  return { feed, frames, states, shown }
}

describe('a source feed', () => {
  test('numbers, dates and signs each packet, at the pace of its durations', async () => {
    const items = [1, 2, 3, 4, 5, 6].map(packet)
    const { feed, frames, states } = feedOf(sourceOf(() => Promise.resolve(items.shift())))
    const startedUs = nowUs()
    expect(await feed.run()).toBe('ended')
    const tookMs = (nowUs() - startedUs) / 1000
    expect(tookMs).toBeGreaterThan(95)
    expect(frames.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(frames.map(({ ts48k }) => ts48k)).toEqual([0, 960, 1920, 2880, 3840, 4800])
    const verifier = new FrameVerifier(sodium, key.publicKey, context)
    expect(frames.every((frame) => verifier.verify(frame))).toBe(true)
    expect(states[0]).toBe('live')
  })

  /** Gives an item after each of these waits, then ends. */
  const afterWaits = (waits: number[]): AudioSource => {
    let n = 0
    return sourceOf(async () => {
      const wait = waits.shift()
      if (wait === undefined) return undefined
      await new Promise((resolve) => setTimeout(resolve, wait))
      return packet(++n)
    })
  }

  test('says that the source stalled and goes on when audio is back, without a burst', async () => {
    const burst = Array.from({ length: 12 }, () => 0)
    const { feed, frames, states } = feedOf(afterWaits([...burst, 800, ...burst]))
    expect(await feed.run()).toBe('ended')
    expect(frames).toHaveLength(25)
    // A machine that is held up long enough is a stall as well.
    expect(states.slice(0, 3)).toEqual(['live', 'stalled', 'live'])
    expect(states.every((state, i) => state === (i % 2 === 0 ? 'live' : 'stalled'))).toBe(true)
    const gaps = frames.slice(1).map((frame, i) => frame.captureUs - (frames[i]?.captureUs ?? 0))
    // A machine that was held up catches up within its quarter of a second.
    expect(gaps.filter((gap) => gap > 10_000).length).toBeGreaterThan(gaps.length / 2)
    expect(frames.map(({ ts48k }) => ts48k)).toEqual(frames.map((_, i) => i * 960))
  })

  test('says that nothing comes from the beginning, and when it does', async () => {
    const { feed, frames, states } = feedOf(afterWaits([700, 0, 0]))
    expect(await feed.run()).toBe('ended')
    expect(states.slice(0, 2)).toEqual(['stalled', 'live'])
    expect(frames).toHaveLength(3)
  })

  test('shows each item as it goes on air', async () => {
    const { feed, frames, shown } = feedOf(afterWaits([0, 0, 0]))
    await feed.run()
    expect(shown.map(({ kind }) => kind)).toEqual(frames.map(() => 'opus'))
  })

  test('ends when stopped, also while the source gives nothing', async () => {
    const { feed } = feedOf(sourceOf(() => new Promise(() => {})))
    const running = feed.run()
    await new Promise((resolve) => setTimeout(resolve, 20))
    feed.stop()
    expect(await running).toBe('stopped')
  })

  test('plays what was read before a failure, then passes the failure on', async () => {
    const items = [1, 2].map(packet)
    const { feed, frames } = feedOf(
      sourceOf(() => {
        const item = items.shift()
        return item === undefined ? Promise.reject(new Error('the disk is gone')) : Promise.resolve(item)
      }),
    )
    await expect(feed.run()).rejects.toThrow('the disk is gone')
    expect(frames).toHaveLength(2)
  })

  test('sends what a live source gives at once, and says when it gives nothing', async () => {
    let give: (item: SourceItem | undefined) => void = () => {}
    const live: AudioSource = {
      ...sourceOf(() => new Promise((resolve) => (give = resolve))),
      live: true,
    }
    const { feed, frames, states } = feedOf(live)
    const over = feed.run()
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
    for (const n of [1, 2, 3]) {
      give(packet(n))
      await turn()
      expect(frames.length).toBe(n)
    }
    expect(states[0]).toBe('live')
    await expect.poll(() => states.at(-1)).toBe('stalled')
    const told = states.length
    give(packet(4))
    await turn()
    expect(states[told]).toBe('live')
    expect(frames.map(({ ts48k }) => ts48k)).toEqual([0, 960, 1920, 2880])
    give(undefined)
    expect(await over).toBe('ended')
  })
})
