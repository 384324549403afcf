import { expect, test } from 'vitest'
import { StopSignal } from './session.ts'

test('the wish to stop is told once, with its first cause', () => {
  const stop = new StopSignal()
  let calls = 0
  stop.onRequest(() => calls++)
  stop.request('SIGINT')
  stop.request('disconnect')
  expect({ calls, cause: stop.cause }).toEqual({ calls: 1, cause: 'SIGINT' })
})

test('who asks late is told at once', async () => {
  const stop = new StopSignal()
  stop.request('SIGTERM')
  let calls = 0
  stop.onRequest(() => calls++)
  await stop.requested()
  expect(calls).toBe(1)
})

test('who has lost interest is not told', () => {
  const stop = new StopSignal()
  let calls = 0
  const cancel = stop.onRequest(() => calls++)
  cancel()
  stop.request('SIGINT')
  expect(calls).toBe(0)
})

test('SIGHUP is the end but for who takes it for something else', () => {
  const stop = new StopSignal()
  expect(stop.hangUp()).toBe(false)
  let calls = 0
  const untake = stop.takeHangUps(() => calls++)
  expect([stop.hangUp(), calls]).toEqual([true, 1])
  untake()
  expect([stop.hangUp(), calls]).toEqual([false, 1])
})
