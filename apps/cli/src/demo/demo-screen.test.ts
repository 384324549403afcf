import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Output } from '../terminal/output.ts'
import { broadcastEvents, listenEvents } from '../testing/samples.ts'
import { FakeScreen } from '../testing/screen.ts'
import { DemoScreen } from './demo-screen.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

function screenOf(isTTY: boolean) {
  const stderr = new FakeScreen(isTTY)
  const options = { json: false, logLevel: undefined, stdout: new FakeScreen(), env: { NO_COLOR: '1' } }
  const screen = new DemoScreen(new Output({ ...options, stderr, nowMs: Date.now }), 'swarm', 10)
  screen.open()
  return { screen, stderr }
}

test('a terminal shows both processes, painted over as they change', () => {
  const { screen, stderr } = screenOf(true)
  screen.takeBroadcast({ ...broadcastEvents['on-air'], t: 0 })
  screen.takeBroadcast({ ...broadcastEvents['listener-joined'], t: 0 })
  screen.takeListen({ ...listenEvents['first-audio'], t: 0 })
  vi.advanceTimersByTime(3_000)
  const painted = stderr.text.split('\u001b[2A\u001b[0J').at(-1)
  expect(painted).toBe(
    'swarm broadcast  on air 0:03 · 1 listener (a1b2c3d4 swarm, same network)\n' +
      'swarm listen     playing 0:03 of 0:10 over swarm, same network\n',
  )
  screen.close()
  expect(stderr.text.endsWith('\u001b[2A\u001b[0J')).toBe(true)
})

test('a log gets a line of the listener every two seconds, and every trouble', () => {
  const { screen, stderr } = screenOf(false)
  vi.advanceTimersByTime(5_000)
  expect(stderr.text).toBe('')
  screen.takeListen({ ...listenEvents['first-audio'], t: 5_000 })
  vi.advanceTimersByTime(1_000)
  screen.takeListen({ ...listenEvents.gap, t: 6_000 })
  vi.advanceTimersByTime(3_000)
  screen.close()
  vi.advanceTimersByTime(10_000)
  expect(stderr.text.trim().split('\n')).toEqual([
    'swarm listen     playing 0:01 of 0:10 over swarm, same network',
    'swarm listen: A gap of 40 ms, 2 frames concealed; 1 gap so far.',
    'swarm listen     playing 0:03 of 0:10 over swarm, same network',
  ])
})
