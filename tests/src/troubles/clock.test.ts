import { afterEach, beforeEach, expect, test } from 'vitest'
import { CLOCK_STEP, Lab, MAIN } from '../testing/pearcast.ts'
import { playsOn } from '../testing/plays-on.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

test('a clock that is set, forward and back: no gap, no other term, and a second encoder is still noticed', async () => {
  const preloaded = ['--import', CLOCK_STEP, MAIN]
  const common = ['--json', '--bootstrap', lab.bootstrap]
  const broadcaster = lab.runOther(process.execPath, [...preloaded, 'broadcast', 'tone', ...common])
  const link = String((await broadcaster.until('on-air'))['link'])
  const listener = lab.runOther(process.execPath, [
    ...preloaded,
    'listen',
    link,
    '--output',
    'null',
    ...common,
  ])
  await listener.until('first-audio')
  for (const byMs of [3_600_000, -5_400_000]) {
    const from = [broadcaster.events.length, listener.events.length] as const
    for (const each of [broadcaster, listener]) each.child.kill('SIGUSR2')
    const isSet = (event: { event: string }): boolean => event.event === 'clock-set'
    const told = [
      await broadcaster.until(isSet, 15_000, from[0]),
      await listener.until(isSet, 15_000, from[1]),
    ]
    for (const event of told) expect(Math.abs(Number(event['byMs']) - byMs)).toBeLessThan(2000)
    await playsOn(listener)
  }
  const gaps = listener.of('gap').map(({ ms }) => Number(ms))
  // A busy machine makes gaps of its own; an hour's is none of them.
  expect(Math.max(0, ...gaps)).toBeLessThan(5000)

  await lab.broadcast('tone')
  expect(await broadcaster.exited, broadcaster.stderr).toBe(1)
  expect(broadcaster.of('error').at(-1)).toMatchObject({ code: 'SUPERSEDED' })
}, 90_000)

test.each([
  ['slow', -10_800_000],
  ['fast', 95 * 86_400_000],
])(
  'a listener whose clock is far too %s is told so, not that the station is an impostor or absent',
  async (_, offsetMs) => {
    const { link } = await lab.broadcast('tone')
    const args = [
      `CLOCK_OFFSET_MS=${offsetMs}`,
      process.execPath,
      '--import',
      CLOCK_STEP,
      MAIN,
      'listen',
      link,
    ]
    const listener = lab.runOther('env', [
      ...args,
      '--output',
      'null',
      '--json',
      '--bootstrap',
      lab.bootstrap,
    ])
    const error = await listener.until('error', 20_000)
    expect(error).toMatchObject({
      code: 'STATION_CLOCK',
      message: expect.stringMatching(/check the one here first/),
    })
  },
)
