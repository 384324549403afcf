import { describe, expect, test } from 'vitest'
import { ParentWatch } from './parent-watch.ts'

/** A parent that sent a frame each 20 ms until `untilMs`. */
function watched(untilMs: number): ParentWatch {
  const watch = new ParentWatch(0)
  watch.setActive(true, 0)
  for (let ms = 20, seq = 1; ms <= untilMs; ms += 20, seq++) {
    watch.heard(ms)
    watch.frame(seq, 0)
  }
  return watch
}

describe('a parent', () => {
  test('is silent after 300 ms without a frame or a heartbeat', () => {
    const watch = watched(2000)
    expect([watch.isSilent(2299), watch.isSilent(2300)]).toEqual([false, true])
    watch.heard(2310)
    expect(watch.isSilent(2320)).toBe(false)
  })

  test('with gaps of its own gets four of them, up to 1500 ms', () => {
    const watch = watched(1000)
    for (const gapMs of [150, 150, 150]) watch.heard(1000 + gapMs)
    const slow = new ParentWatch(0)
    for (let i = 1; i <= 10; i++) slow.heard(i * 150)
    expect(slow.silenceLimitMs).toBe(600)
    for (let i = 1; i <= 10; i++) slow.heard(1500 + i * 900)
    expect(slow.silenceLimitMs).toBe(1500)
  })

  test('is not silent because our machine slept', () => {
    const watch = watched(1000)
    watch.forgive(5000)
    expect(watch.isSilent(6100)).toBe(false)
  })

  test('that tells of frames and does not send them is found after 700 ms', () => {
    const watch = watched(1000)
    let found = 0
    for (let ms = 1020; ms <= 3000 && found === 0; ms += 20) {
      watch.heard(ms)
      watch.claims(ms / 20)
      if (watch.misconduct(ms) === 'withheld') found = ms
    }
    expect(found).toBeGreaterThanOrEqual(1700)
    expect(found).toBeLessThanOrEqual(2050)
  })

  test('at rest sends nothing, and that is right', () => {
    const watch = watched(1000)
    watch.setActive(false, 1000)
    for (let ms = 1100; ms <= 5000; ms += 100) {
      watch.heard(ms)
      watch.claims(ms / 20)
      expect(watch.misconduct(ms)).toBeUndefined()
    }
  })

  test('that sends twice, repairs, and its whole ring is no flood', () => {
    const watch = watched(1000)
    for (let i = 0; i < 256; i++) watch.heard(1000)
    for (let ms = 1020; ms < 2000; ms += 20) for (let i = 0; i < 2; i++) watch.heard(ms)
    expect(watch.misconduct(2000)).toBeUndefined()
    for (let i = 0; i < 500; i++) watch.heard(2000)
    expect(watch.misconduct(2000)).toBe('flood')
  })

  /** Sends those frames that it is told to, is asked for the others, and answers as it is told to. */
  function patchy({ answers, sends }: Record<'answers' | 'sends', (seq: number) => boolean>): number {
    const watch = watched(1000)
    for (let ms = 1020; ms <= 6000; ms += 20) {
      const seq = ms / 20
      if (sends(seq)) watch.frame(seq, 0)
      else watch.asked(seq)
      if (!sends(seq - 10) && answers(seq - 10)) watch.frame(seq - 10, 0)
      if (ms % 100 === 0 && watch.isPatchy(ms)) return ms - 1000
    }
    return Infinity
  }

  test('that passes every other frame over, and does not send it when it is asked, is found after a second', () => {
    const never = (): boolean => false
    const foundMs = patchy({ sends: (seq) => seq % 2 === 0, answers: never })
    expect(foundMs).toBeLessThanOrEqual(1000)
    expect(patchy({ sends: (seq) => seq % 10 !== 0, answers: never })).toBe(Infinity)
  })

  test('over whose line much is lost, and that sends it again, is not blamed, nor for a long hole', () => {
    expect(patchy({ sends: (seq) => seq % 2 === 0, answers: () => true })).toBe(Infinity)
    expect(patchy({ sends: (seq) => seq < 60 || seq > 90, answers: () => false })).toBe(Infinity)
  })

  test('is known by how much of what it sends has to be asked for again', () => {
    const watch = watched(0)
    expect(watch.loss).toBe(0)
    for (let seq = 1; seq <= 64; seq++) {
      if (seq % 4 === 0) watch.asked(seq)
      watch.frame(seq, 1)
    }
    expect(watch.loss).toBe(0.25)
  })

  test('whose hops are not the depth it tells is a liar, but not while it moves', () => {
    const watch = watched(1000)
    watch.tellsDepth(1)
    // A ring of frames that came another way, before the message that tells of the move.
    for (let i = 0; i < 30; i++) watch.frame(100 + i, 3)
    expect(watch.misconduct(1700)).toBeUndefined()
    expect(watch.misconduct(1800)).toBe('lied-depth')
    watch.frame(200, 1)
    expect(watch.misconduct(1900)).toBeUndefined()
    for (let i = 0; i < 30; i++) watch.frame(300 + i, 3)
    watch.tellsDepth(3)
    expect(watch.misconduct(9000)).toBeUndefined()
  })
})
