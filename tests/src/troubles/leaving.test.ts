import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Lab, MAIN } from '../testing/pearcast.ts'
import { playsOn } from '../testing/plays-on.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

describe('leaving', () => {
  test('Ctrl-C at the broadcaster tells the listeners, who wait for it', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const listener = lab.listen(link, '--output', 'null')
    await listener.until('first-audio')
    const from = listener.events.length
    expect(await broadcaster.stop('SIGINT')).toBe(130)
    const told = await listener.until('off-air', 15_000, from)
    // Who is not told notices by silence, and dials first.
    const before = listener.events.slice(from, listener.events.indexOf(told))
    expect(before.map(({ event }) => event)).not.toContain('reconnecting')
  })

  test('a second Ctrl-C does not wait for anybody', async () => {
    const dht = lab.runOther(process.execPath, [MAIN, 'dht', '--json'])
    const bootstrap = String((await dht.until('dht-ready'))['bootstrap'])
    const args = ['broadcast', 'tone', '--json', '--log-level', 'info', '--bootstrap', bootstrap]
    const broadcaster = lab.runOther(process.execPath, [MAIN, ...args])
    await broadcaster.until('on-air')
    // With a DHT that does not answer, a clean end takes seconds.
    dht.child.kill('SIGSTOP')
    broadcaster.child.kill('SIGINT')
    while (!broadcaster.stderr.includes('Ctrl-C again')) await sleep(20)
    broadcaster.child.kill('SIGINT')
    expect(await broadcaster.exited).toBe(130)
    expect(broadcaster.of('ended')).toEqual([])
  })

  test('a listener that is killed is missed, and the others are not bothered', async () => {
    const { broadcaster, link } = await lab.broadcast('tone')
    const [victim, other] = [lab.listen(link, '--output', 'null'), lab.listen(link, '--output', 'null')]
    await Promise.all([victim.until('first-audio'), other.until('first-audio')])
    victim.child.kill('SIGKILL')
    expect(await broadcaster.until('listener-left', 40_000)).toMatchObject({ id: expect.any(String) })
    await playsOn(other)
  }, 60_000)
})
