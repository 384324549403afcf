import { describe, expect, test } from 'vitest'
import { Pacer } from './pacer.ts'
import { settle, VirtualTime } from './testing/virtual-time.ts'

/** Runs a pacer over steps and notes when each was due, in ms since the start. */
function run(time: VirtualTime, pacer: Pacer, stepSamples: (n: number) => number): number[] {
  const startUs = time.nowUs()
  const at: number[] = []
  const loop = async (): Promise<void> => {
    while (await pacer.next(stepSamples(at.length))) at.push((time.nowUs() - startUs) / 1000)
  }
  void loop()
  return at
}

describe('Pacer', () => {
  test('the first step is due at once and the second a step later', async () => {
    const time = new VirtualTime()
    const at = run(time, new Pacer({ timers: time }), () => 960)
    await time.advance(0)
    expect(at).toEqual([0])
    await time.advance(19)
    expect(at).toEqual([0])
    await time.advance(1)
    expect(at).toEqual([0, 20])
  })

  test('timers that are late by a part of a millisecond do not add up to a drift', async () => {
    const time = new VirtualTime()
    const pacer = new Pacer({
      timers: {
        nowUs: time.nowUs,
        after: (ms, done) => time.after(ms + 0.7, done),
        afterIo: (done) => time.afterIo(done),
      },
    })
    const at = run(time, pacer, () => 960)
    await time.advance(60_000)
    expect(at.length).toBe(3000)
    expect(at.at(-1)).toBeLessThan(59_980 + 2)
  })

  test('steps of any packet duration keep their own length', async () => {
    const time = new VirtualTime()
    const steps = [120, 5760, 480, 2880]
    const at = run(time, new Pacer({ timers: time }), (n) => steps[n] ?? 960)
    await time.advance(200)
    // Each is due when those before it are over; the timers count whole milliseconds.
    expect(at.slice(0, 5).map(Math.floor)).toEqual([0, 3, 123, 133, 193])
  })

  test('a late loop catches up in order, with a turn of I/O before each late step', async () => {
    const time = new VirtualTime()
    const order: string[] = []
    time.onIo = () => order.push('io')
    const pacer = new Pacer({ timers: time })
    const loop = async (): Promise<void> => {
      for (let n = 0; await pacer.next(960); n++) order.push(`step ${n}`)
    }
    void loop()
    await settle()
    time.block(90)
    await time.advance(0)
    expect(order).toEqual(['step 0', 'io', 'step 1', 'io', 'step 2', 'io', 'step 3', 'step 4'])
  })

  test('a late loop may be told to rest between late steps, so that its writer catches up too', async () => {
    const time = new VirtualTime()
    const atMs: number[] = []
    const pacer = new Pacer({ timers: time, catchUpMs: 8 })
    const loop = async (): Promise<void> => {
      while (await pacer.next(960)) atMs.push(Math.round(time.nowUs() / 1000))
    }
    void loop()
    await settle()
    const startMs = atMs[0] ?? Number.NaN
    time.block(90)
    await time.advance(60)
    expect(atMs.map((ms) => ms - startMs)).toEqual([0, 98, 106, 114, 122, 130, 130, 140])
  })

  test('after a sleep longer than the limit the schedule starts anew instead of bursting', async () => {
    const time = new VirtualTime()
    const pacer = new Pacer({ timers: time, maxLateMs: 1000 })
    const at = run(time, pacer, () => 960)
    await time.advance(20)
    time.block(3_600_000)
    await time.advance(40)
    expect(pacer.restarts).toBe(1)
    expect(at.length).toBeLessThanOrEqual(6)
  })

  test('stop ends the wait under way and every later one', async () => {
    const time = new VirtualTime()
    const pacer = new Pacer({ timers: time })
    expect(await pacer.next(960)).toBe(true)
    const waiting = pacer.next(960)
    pacer.stop()
    expect(await waiting).toBe(false)
    expect(await pacer.next(960)).toBe(false)
  })

  test('on real timers a second holds fifty steps', async () => {
    const pacer = new Pacer()
    const start = performance.now()
    for (let n = 0; n <= 10; n++) await pacer.next(960)
    const elapsedMs = performance.now() - start
    expect(elapsedMs).toBeGreaterThanOrEqual(199.9)
    pacer.stop()
  })
})
