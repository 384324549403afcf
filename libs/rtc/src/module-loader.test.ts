import { expect, test } from 'vitest'
import { ModuleLoader } from './module-loader.ts'
import { rtcAvailable } from './stacks.ts'

test('a missing native module is one clear line that names the way out, and is not tried twice', () => {
  let attempts = 0
  const loader = new ModuleLoader('node-datachannel', () => {
    attempts++
    throw new Error('Cannot find module @node-datachannel/x\nRequire stack:\n- somewhere')
  })
  for (let i = 0; i < 2; i++) {
    expect(() => loader.get()).toThrow(
      expect.objectContaining({
        code: 'NATIVE_MISSING',
        message: expect.stringMatching(
          /^WebRTC is not available: [^\n]*Cannot find module[^\n]*--path swarm\)$/,
        ),
      }),
    )
  }
  expect(attempts).toBe(1)
  expect(loader.loaded).toBeUndefined()
})

test('both stacks load on this machine, the native one is preferred', () => {
  expect(rtcAvailable()).toEqual({ ok: true, stack: 'ndc' })
  expect(rtcAvailable('werift')).toEqual({ ok: true, stack: 'werift' })
})
