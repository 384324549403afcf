import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectWhole } from './testing/heard.ts'
import { fixture, Lab } from './testing/pearcast.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

describe('a listener stays with its station', () => {
  test('started before the station is on air, it says so, and hears it when it comes', async () => {
    const first = await lab.broadcast('tone')
    await first.broadcaster.stop()
    const listener = lab.listen(first.link, '--output', 'null')
    await listener.until('searching')
    await listener.until('off-air')
    await lab.broadcast('tone')
    expect(await listener.until('first-audio')).toMatchObject({ path: 'swarm', via: 'lan' })
  })

  test('the broadcaster is killed and started again: it resumes by itself, with nothing of the dead one', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('first-audio')
    await broadcaster.stop('SIGKILL')
    await listener.until('reconnecting')
    const before = listener.events.length
    await lab.broadcast('tone')
    await listener.until('connected', 20_000, before)
    const played = Number(listener.events.findLast(({ event }) => event === 'stats')?.['framesPlayed'])
    await listener.until(
      (event) => event.event === 'stats' && Number(event['framesPlayed']) > played + 50,
      20_000,
    )
    expect(await listener.stop()).toBe(130)
    const ended = await listener.until('ended')
    expect(ended['framesDuplicate']).toBe(0)
  })

  test('the file ends: the listener hears all of it, is told, and waits for more', async () => {
    const { broadcaster, link } = await lab.broadcast(fixture('first-light.opus'), '--wait-listeners', '1')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('off-air', 20_000)
    expect(await broadcaster.exited).toBe(0)
    await listener.playedOut()
    await listener.stop()
    const { framesSent } = await broadcaster.until('ended')
    expectWhole(await listener.until('ended'), Number(framesSent))
  })
})

test('a second encoder with the same key: the older one goes off air and says why, listeners hear the newer', async () => {
  const { broadcaster: older, link } = await lab.broadcast('tone')
  const listener = lab.listen(link, '--output', 'null')
  await listener.until('first-audio')
  const before = listener.events.length
  await lab.broadcast('tone')
  expect(await older.exited, older.stderr).toBe(1)
  expect(older.of('error').at(-1)).toMatchObject({ code: 'SUPERSEDED' })
  // It may have found the newer one while the older one was still leaving.
  const connected = await listener.until('connected', 20_000, before)
  const after = listener.events.indexOf(connected)
  await listener.until((event) => event.event === 'stats' && Number(event['bufferMs']) > 0, 10_000, after)
})
