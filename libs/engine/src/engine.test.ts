import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFile } from '@pearcast/audio'
import { startPrivateDht, type PrivateDht } from '@pearcast/swarm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Engine } from './engine.ts'
import { FakePage } from './testing/fake-page.ts'

let dht: PrivateDht
let folder: string
let engines: Engine[]

beforeAll(async () => {
  dht = await startPrivateDht({ nodes: 4 })
})
afterAll(() => dht.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-engine-'))
  engines = []
})
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.close()))
  await rm(folder, { recursive: true })
})

async function open(name = 'one'): Promise<Engine> {
  await mkdir(join(folder, name), { recursive: true })
  const engine = await Engine.open({ folder: join(folder, name), bootstrap: dht.bootstrap, path: 'swarm' })
  engines.push(engine)
  return engine
}

const soon = { timeout: 20_000, interval: 20 }
/** A link of nobody. */
const LINK = `pearcast://${'y'.repeat(58)}`

describe('an engine', () => {
  test('puts on air what one page captures, and gives another page the frames of it', async () => {
    const [broadcaster, listener] = [new FakePage(await open()), new FakePage(await open('two'))]
    await broadcaster.command({ name: 'create-station', title: 'Kitchen Radio!' })
    expect(broadcaster.state.stations).toMatchObject([{ name: 'kitchen-radio', title: 'Kitchen Radio!' }])
    const input = { name: 'set-input', slot: 0, label: 'mic', gainDb: 0, muted: false } as const
    await broadcaster.command(input)
    const air = {
      station: 'kitchen-radio',
      title: 'Kitchen',
      description: 'From the kitchen',
      profile: 'music',
      bitrate: 96_000,
    } as const
    expect(await broadcaster.command({ name: 'go-on-air', ...air })).toMatchObject({ ok: true })
    expect(broadcaster.state.broadcast).toMatchObject({ phase: 'on-air', source: 'stalled', listeners: 0 })
    const link = broadcaster.state.broadcast?.link ?? ''
    const capturing = setInterval(() => broadcaster.capture(0, 0.1), 20)
    try {
      expect(await listener.command({ name: 'listen', link, buffer: 'low' })).toMatchObject({ ok: true })
      await expect.poll(() => listener.frames().length, soon).toBeGreaterThan(20)
      expect(listener.state.listening).toMatchObject({ phase: 'playing', title: 'Kitchen', path: 'swarm' })
      expect(listener.media[0]).toEqual({ kind: 'begin', bufferMs: 20 })
      await expect.poll(() => broadcaster.state.broadcast?.audience.length, soon).toBe(1)
      expect(listener.state.listening?.description).toBe('From the kitchen')
      await broadcaster.command({ name: 'set-now-playing', text: 'Breakfast' })
      await expect.poll(() => listener.state.listening?.nowPlaying, soon).toBe('Breakfast')
      expect(listener.state.heard).toMatchObject([{ link, title: 'Kitchen' }])
      expect(broadcaster.state.broadcast).toMatchObject({ source: 'live' })

      await broadcaster.command({ name: 'go-off-air' })
      await expect.poll(() => listener.state.listening?.phase, soon).toBe('off-air')
      expect(broadcaster.state.broadcast).toBeNull()
    } finally {
      clearInterval(capturing)
    }
    await listener.command({ name: 'stop-listening' })
    expect(listener.state.listening).toBeNull()
    expect(listener.media.at(-1)).toEqual({ kind: 'end' })
  })

  test('records what goes on air, and what is heard, each into a file of its own', async () => {
    const [broadcaster, listener] = [new FakePage(await open()), new FakePage(await open('two'))]
    const nothing = await broadcaster.command({ name: 'record', what: 'broadcast', isOn: true })
    expect(nothing).toMatchObject({ ok: false, code: 'NOTHING_TO_RECORD' })
    await broadcaster.command({ name: 'create-station', title: 'On: "air"/..' })
    await broadcaster.command({ name: 'set-input', slot: 0, label: 'mic', gainDb: 0, muted: false })
    const [own] = broadcaster.state.stations
    const air = { station: own?.name ?? '', title: own?.title ?? '', description: '' }
    await broadcaster.command({ name: 'go-on-air', ...air, profile: 'music', bitrate: 96_000 })
    const capturing = setInterval(() => broadcaster.capture(0, 0.1), 20)
    try {
      await listener.command({ name: 'listen', link: own?.link ?? '', buffer: 'low' })
      await expect.poll(() => listener.state.listening?.phase, soon).toBe('playing')
      const began = await listener.command({ name: 'record', what: 'listening', isOn: true })
      expect(began).toMatchObject({ ok: true })
      await broadcaster.command({ name: 'record', what: 'broadcast', isOn: true })
      expect(broadcaster.state.recordings.broadcast).toMatchObject({ isRunning: true })
      // A second of it, and what its buffer holds back.
      const before = listener.frames().length
      await expect.poll(() => listener.frames().length, soon).toBeGreaterThan(before + 50)
      await new Promise((resolve) => setTimeout(resolve, 600))
      await listener.command({ name: 'record', what: 'listening', isOn: false })
      // Its file is complete when the station has left.
      await broadcaster.command({ name: 'go-off-air' })
    } finally {
      clearInterval(capturing)
    }
    for (const recording of [listener.state.recordings.listening, broadcaster.state.recordings.broadcast]) {
      expect(recording?.isRunning).toBe(false)
      expect(recording?.file).toMatch(/recordings.On air \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.opus$/)
      const { channels, pcm } = await decodeFile(recording?.file ?? '')
      expect(channels).toBe(2)
      expect(pcm.length).toBeGreaterThan(48_000 / 2)
    }
  })

  test('says so when it cannot record, and the station stays on air', async () => {
    const page = new FakePage(await open())
    await page.command({ name: 'create-station', title: 'On' })
    const air = { station: 'on', title: 'On', description: '', profile: 'voice', bitrate: 32_000 } as const
    await page.command({ name: 'go-on-air', ...air })
    await writeFile(join(folder, 'one', 'recordings'), 'no folder')
    const reply = await page.command({ name: 'record', what: 'broadcast', isOn: true })
    expect(reply).toMatchObject({ ok: false, code: 'OUTPUT_UNWRITABLE' })
    expect(page.state).toMatchObject({ broadcast: { phase: 'on-air' }, recordings: { broadcast: null } })
  })

  test('serves nobody before it was asked, and keeps what was said', async () => {
    const page = new FakePage(await open())
    expect(page.state.relay).toEqual({ isAsked: false, mode: 'auto', uplinkBps: null })
    await page.command({ name: 'set-relay', mode: 'off', uplinkBps: 2_000_000 })
    const again = new FakePage(await open())
    expect(again.state.relay).toEqual({ isAsked: true, mode: 'off', uplinkBps: 2_000_000 })
  })

  test('stays on air and listens on while its page is reloaded', async () => {
    const engine = await open()
    const before = new FakePage(engine)
    await before.command({ name: 'create-station', title: 'On' })
    await before.command({
      name: 'go-on-air',
      station: 'on',
      title: 'On',
      description: '',
      profile: 'voice',
      bitrate: 32_000,
    })
    await before
      .command({ name: 'listen', link: LINK, buffer: 'low' })
      .then((reply) => expect(reply.ok).toBe(false))
    const link = before.state.broadcast?.link ?? ''
    await before.command({ name: 'listen', link, buffer: 'robust' })
    before.reload()
    const after = new FakePage(engine)
    expect(after.state.broadcast).toMatchObject({ phase: 'on-air', title: 'On' })
    expect(after.state.listening).toMatchObject({ link, buffer: 'robust' })
    expect(after.media).toContainEqual({ kind: 'begin', bufferMs: 250 })
  })

  test('follows a hasty user: stop before the start is over, and another station at once', async () => {
    const [own, other] = [new FakePage(await open()), new FakePage(await open('two'))]
    await own.command({ name: 'create-station', title: 'On' })
    await own.command({
      name: 'go-on-air',
      station: 'on',
      title: 'On',
      description: '',
      profile: 'music',
      bitrate: 96_000,
    })
    const link = own.state.broadcast?.link ?? ''
    await own.command({ name: 'set-input', slot: 0, label: 'mic', gainDb: 0, muted: false })
    const starting = other.command({ name: 'listen', link, buffer: 'low' })
    expect(await other.command({ name: 'stop-listening' })).toMatchObject({ ok: true })
    await starting
    expect(other.state.listening).toBeNull()
    void other.command({ name: 'listen', link, buffer: 'low' })
    await other.command({ name: 'listen', link, buffer: 'robust' })
    const capturing = setInterval(() => own.capture(0, 0.1), 20)
    try {
      await expect.poll(() => other.state.listening?.phase, soon).toBe('playing')
    } finally {
      clearInterval(capturing)
    }
    expect(other.state.listening?.buffer).toBe('robust')
    await expect.poll(() => own.state.broadcast?.listeners, soon).toBe(1)
  })

  test('is held by its newest page, and does not hear the one before', async () => {
    const engine = await open()
    const first = new FakePage(engine)
    const second = new FakePage(engine)
    expect(first.closedFor).toBe('replaced')
    void first.command({ name: 'create-station', title: 'Ghost' })
    await second.command({ name: 'create-station', title: 'Real' })
    expect(second.state.stations.map(({ title }) => title)).toEqual(['Real'])
  })

  test('says what is wrong with a link, and with what is no command', async () => {
    const page = new FakePage(await open())
    const typo = await page.command({ name: 'listen', link: 'pearcast://nonsense!', buffer: 'low' })
    expect(typo).toMatchObject({ ok: false, code: 'LINK_CHARACTER' })
    for (const text of [
      '',
      '{}',
      '[]',
      '{"type":"command","id":0,"command":{"name":"rm"}}',
      `{"type":"command","id":0,"command":{"name":"set-now-playing","text":"${'ü'.repeat(101)}"}}`,
      '{"type":"command","id":0,"command":{"name":"set-now-playing","text":"two\\nlines"}}',
      'x'.repeat(9999),
    ])
      expect(await page.say(text, 0), text).toMatchObject({ ok: false, code: 'COMMAND_INVALID' })
    expect(page.state.listening).toBeNull()
  })

  test('says that no UDP gets through, to who listens and to who broadcasts', async () => {
    const bootstrap = [{ host: '127.0.0.1', port: 9 }]
    const engine = await Engine.open({ folder, bootstrap, path: 'auto' })
    engines.push(engine)
    const page = new FakePage(engine)
    await page.command({ name: 'create-station', title: 'On' })
    const link = page.state.stations[0]?.link ?? ''
    const air = { station: 'on', title: 'On', description: '', profile: 'voice', bitrate: 32_000 } as const
    const replies = await Promise.all([
      page.command({ name: 'listen', link, buffer: 'low' }),
      page.command({ name: 'go-on-air', ...air }),
    ])
    for (const reply of replies) expect(reply).toMatchObject({ ok: false, code: 'NO_UDP' })
    expect(page.state).toMatchObject({ listening: null, broadcast: null, trouble: { code: 'NO_UDP' } })
  }, 30_000)

  test('keeps stations and what was heard, under any title, for the next time', async () => {
    const page = new FakePage(await open())
    await page.command({ name: 'create-station', title: 'Own' })
    const link = page.state.stations[0]?.link ?? ''
    await page.command({ name: 'keep-station', link, title: 'Ночное радио' })
    await page.command({ name: 'keep-station', link: link.toUpperCase(), title: 'again' })
    const again = new FakePage(await open())
    expect(again.state.kept).toMatchObject([{ title: 'Ночное радио', link }])
    expect(again.state.stations).toMatchObject([{ title: 'Own', link }])
    await again.command({ name: 'forget-station', keptName: again.state.kept[0]?.name ?? '' })
    expect(again.state.kept).toEqual([])
  })
})
