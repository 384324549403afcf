import { writeFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Lab, type CliEvent, type Pearcast } from './testing/pearcast.ts'
import { playsOn } from './testing/plays-on.ts'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.clear())
afterAll(() => lab.close())

const of =
  (event: string, link: string) =>
  (each: CliEvent): boolean =>
    each.event === event && each['link'] === link

describe('relay --stations-file', () => {
  test('takes up and gives up stations as the file changes, and keeps them when it is wrong', async () => {
    const jazz = await lab.broadcast('tone', '--station', 'jazz', '--max-listeners', '1')
    const news = await lab.broadcast('tone', '--station', 'news', '--max-listeners', '1')
    const file = lab.path('stations.txt')
    await writeFile(file, `# ours\n${jazz.link}\n`)
    const relay = lab.run('relay', '--stations-file', file, '--uplink', '20mbit')
    await relay.until(of('relaying', jazz.link), 30_000)

    await writeFile(file, `${jazz.link}  # all day\n${news.link}\n`)
    await relay.until(of('relaying', news.link), 30_000)
    expect(relay.of('stations').at(-1)).toMatchObject({ stations: 2, added: 1, removed: 0 })
    // They share the uplink.
    await relay.until((event) => event.event === 'stats' && event['limitBps'] === 10_000_000, 20_000)

    await writeFile(file, `${jazz.link}\npearcast://typo\n`)
    const told = await relay.until('error', 20_000)
    expect(told).toMatchObject({ code: 'STATIONS_FILE', message: expect.stringMatching(/stations\.txt:2: /) })

    await writeFile(file, `${news.link}\n`)
    await relay.until(of('ended', jazz.link), 30_000)
    expect(relay.of('ended').map(({ link }) => link)).toEqual([jazz.link])

    const before = relay.events.length
    relay.child.kill('SIGHUP')
    expect(await relay.until('stations', 20_000, before)).toMatchObject({ stations: 1, added: 0, removed: 0 })
    const listener = lab.listen(news.link, '--output', 'null')
    expect(await listener.until('first-audio', 30_000)).toMatchObject({ path: 'relayed' })
    expect(await relay.stop('SIGTERM')).toBe(0)
  })
})

describe('relay without a link', () => {
  /** Waits for stations, under the same key at every start. */
  async function openRelay(): Promise<{ relay: Pearcast; key: string }> {
    const relay = lab.run('relay')
    return { relay, key: String((await relay.until('relay-ready'))['key']) }
  }

  test('carries the station that names it, whose address nobody learns, and again after a restart', async () => {
    const { relay, key } = await openRelay()
    const { broadcaster, link } = await lab.broadcast(
      'tone',
      '--station',
      'hidden',
      '--via',
      key,
      '--private-ip',
    )
    await broadcaster.until((event) => event.event === 'via' && event['state'] === 'connected', 20_000)
    await relay.until(of('station-joined', link))
    const listener = lab.listen(link, '--output', 'null')
    expect(await listener.until('first-audio', 30_000)).toMatchObject({ path: 'relayed', via: 'relay' })
    await playsOn(listener)
    expect(broadcaster.of('listener-joined')).toHaveLength(1)

    await relay.stop('SIGTERM')
    const again = await openRelay()
    expect(again.key).toBe(key)
    await again.relay.until(of('station-joined', link), 60_000)
    await playsOn(listener, 50, 60_000)
    expect(await broadcaster.stop()).toBe(130)
    await again.relay.until(of('station-left', link), 20_000)
    expect(await again.relay.stop()).toBe(130)
    expect(again.relay.events.at(-1)).toMatchObject({ event: 'relay-closed', key })
  }, 120_000)

  test('runs once with its key, and again after it was killed', { timeout: 120_000 }, async () => {
    const { relay, key } = await openRelay()
    const twice = lab.run('relay')
    expect(await twice.exited, twice.stderr).toBe(1)
    expect(twice.of('error').at(-1)).toMatchObject({
      code: 'RELAY_KEY_IN_USE',
      message: expect.stringContaining('PEARCAST_HOME'),
    })
    expect(twice.of('relay-closed')).toEqual([])
    relay.child.kill('SIGKILL')
    await relay.exited
    expect((await openRelay()).key).toBe(key)
  })

  test('a station that names somebody who is no relay is told so, and goes on', async () => {
    const { broadcaster } = await lab.broadcast('tone', '--station', 'lonely', '--via', 'ab'.repeat(32))
    const lost = await broadcaster.until('via', 30_000)
    expect(lost).toMatchObject({ state: 'lost', code: expect.any(String), message: expect.any(String) })
    expect(await broadcaster.stop()).toBe(130)
  })
})
