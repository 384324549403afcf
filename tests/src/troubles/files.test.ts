import { afterEach, beforeEach, expect, test } from 'vitest'
import { Lab, MAIN, type Pearcast } from '../testing/pearcast.ts'
import { playsOn } from '../testing/plays-on.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

test('too few files for all: those who listen go on, newcomers wait with a reason, and get in when others leave', async () => {
  const limited = ['-c', 'ulimit -n 44; exec "$@"', 'sh', process.execPath, MAIN]
  const broadcaster = lab.runOther('sh', [
    ...limited,
    'broadcast',
    'tone',
    '--json',
    '--bootstrap',
    lab.bootstrap,
  ])
  const link = String((await broadcaster.until('on-air'))['link'])
  const listeners: Pearcast[] = []
  // More than there is room for, whatever the platform opens by itself.
  while (broadcaster.of('error').length === 0 && listeners.length < 12) {
    const listener = lab.listen(link, '--output', 'null')
    listeners.push(listener)
    await Promise.race([listener.until('first-audio', 20_000), listener.until('error', 20_000)])
  }
  expect(broadcaster.of('error').at(-1)).toMatchObject({ code: 'FILES_EXHAUSTED' })
  const refused = listeners.at(-1)
  const [first, ...others] = listeners.slice(0, -1)
  if (first === undefined || refused === undefined) throw new Error('not even one was let in')
  expect(String((await refused.until('error'))['message'])).toContain('Trying again')
  for (const listener of [first, ...others]) await playsOn(listener)
  await Promise.all(others.map((listener) => listener.stop()))
  await refused.until('first-audio', 30_000)
  await playsOn(first)
}, 120_000)
