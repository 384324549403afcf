import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Lab } from '../testing/pearcast.ts'
import { playsOn } from '../testing/plays-on.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

describe.each(['broadcaster', 'listener'] as const)('the %s is stopped for a while, as by sleep', (role) => {
  test('it says so, and the audio is back', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('first-audio')
    const sleeper = role === 'broadcaster' ? broadcaster : listener
    sleeper.child.kill('SIGSTOP')
    await sleep(6000)
    sleeper.child.kill('SIGCONT')
    const resumed = await sleeper.until('resumed')
    expect(Number(resumed['pausedMs'])).toBeGreaterThan(3000)
    await playsOn(listener)
  }, 60_000)
})
