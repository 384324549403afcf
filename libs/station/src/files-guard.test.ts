import { expect, test } from 'vitest'
import { FilesGuard } from './files-guard.ts'

function guarded(limit: number | undefined) {
  const state = { open: 20, nowMs: 0, told: [] as [number, number][] }
  const guard = new FilesGuard({
    limit,
    count: () => state.open,
    nowMs: () => state.nowMs,
    onFull: (open, most) => state.told.push([open, most]),
  })
  return { guard, state }
}

test('newcomers are let in while files are left for them and for what must go on', () => {
  const { guard, state } = guarded(40)
  expect([guard.admits(), guard.admits(), guard.admits(), guard.admits(), guard.admits()]).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  expect(state.told).toEqual([[32, 40]])
})

test('a crowd at once is counted before its sockets are open', () => {
  const { guard } = guarded(1000)
  const admitted = Array.from({ length: 1000 }, () => guard.admits()).filter(Boolean).length
  expect(admitted).toBe(324)
})

test('when some have left, others may come; and the trouble is told once a minute', () => {
  const { guard, state } = guarded(40)
  state.open = 39
  expect(guard.admits()).toBe(false)
  state.nowMs = 1000
  expect(guard.admits()).toBe(false)
  expect(state.told).toHaveLength(1)
  state.open = 25
  state.nowMs = 2000
  expect(guard.admits()).toBe(true)
  state.open = 39
  state.nowMs = 61_000
  expect(guard.admits()).toBe(false)
  expect(state.told).toHaveLength(2)
})

test('where there is no limit nobody is refused', () => {
  const { guard } = guarded(undefined)
  expect(guard.admits()).toBe(true)
})
