import type { ListeningEvent } from '@pearcast/session-fsm'
import { describe, expect, test } from 'vitest'
import { Liveness } from './liveness.ts'

const MS = 1000
const heartbeat = { headSeq: 9, ts48k: 9, wallclockUs: 9, state: 'stalled' } as const

function listening(): { events: ListeningEvent[]; liveness: Liveness } {
  const events: ListeningEvent[] = []
  return { events, liveness: new Liveness((event) => events.push(event)) }
}

describe('liveness', () => {
  test('says nothing before the first frame, however long that takes', () => {
    const { events, liveness } = listening()
    liveness.linkUp(0)
    liveness.check(10_000 * MS)
    expect(events).toEqual([])
  })

  test('the first frame of each link is news, the next ones are not', () => {
    const { events, liveness } = listening()
    liveness.linkUp(0)
    liveness.media(10 * MS)
    liveness.media(30 * MS)
    liveness.linkUp(40 * MS)
    liveness.media(50 * MS)
    expect(events).toEqual([{ type: 'FIRST_AUDIO' }, { type: 'FIRST_AUDIO' }])
  })

  test('a parent that goes on with heartbeats is alive although no frame comes', () => {
    const { events, liveness } = listening()
    liveness.linkUp(0)
    liveness.media(0)
    liveness.alive(390 * MS)
    liveness.check(400 * MS)
    expect(events.at(-1)).toEqual({ type: 'MEDIA_SILENT', ms: 400, parentAlive: true })
  })

  test('a silent parent is told each time, and its return once', () => {
    const { events, liveness } = listening()
    liveness.linkUp(0)
    liveness.media(0)
    liveness.check(250 * MS)
    liveness.check(300 * MS)
    liveness.check(400 * MS)
    liveness.media(410 * MS)
    liveness.media(430 * MS)
    expect(events.slice(1)).toEqual([
      { type: 'MEDIA_SILENT', ms: 300, parentAlive: false },
      { type: 'MEDIA_SILENT', ms: 400, parentAlive: false },
      { type: 'MEDIA_RESUMED' },
    ])
  })

  test('a source that is still quiet says so on each link', () => {
    const { events, liveness } = listening()
    liveness.linkUp(0)
    liveness.heartbeat(heartbeat)
    liveness.linkUp(MS)
    liveness.heartbeat(heartbeat)
    expect(events).toEqual([{ type: 'SOURCE_QUIET' }, { type: 'SOURCE_QUIET' }])
  })

  test('a source that signs its silence accuses nobody until the heartbeats stop too', () => {
    const { events, liveness } = listening()
    liveness.linkUp(0)
    liveness.media(0)
    for (let ms = 100; ms <= 900; ms += 100) {
      liveness.alive(ms * MS)
      liveness.heartbeat(heartbeat)
      liveness.check(ms * MS)
    }
    expect(events.slice(1)).toEqual([{ type: 'SOURCE_QUIET' }])
    expect(liveness.quiet).toBe(true)
    liveness.check(1300 * MS)
    expect(events.at(-1)).toEqual({ type: 'MEDIA_SILENT', ms: 400, parentAlive: false })
    liveness.media(1310 * MS)
    expect(events.at(-1)).toEqual({ type: 'MEDIA_RESUMED' })
    expect(liveness.quiet).toBe(false)
  })
})
