import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { behind, Stage, tunAvailable, withoutUdp, type Scenario } from '@pearcast/netsim'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumBinary, requireChromium } from '../testing/browser.ts'
import { Pearcast } from '../testing/pearcast.ts'
import { writeNotes } from './fake-microphone.ts'
import { expectHeard, isPlayed, isSilent } from './hearing.ts'
import { LabHost } from './lab-host.ts'
import { OpenedPage } from './opened-page.ts'

const CUT_MS = 6000

/** A station and two listeners that all can reach, and a network that lets no UDP through. */
const PLACES: Scenario = {
  name: 'pages',
  group: 'faults',
  broadcaster: behind('public'),
  listener: behind('public'),
  helper: withoutUdp(),
  others: [{ id: 'listener-2', place: behind('public'), expect: { verdict: 'heard' } }],
  expect: { verdict: 'heard' },
}

const binary = chromiumBinary()
const lab = tunAvailable()
const hasLab = lab.ok && !lab.inUserNamespace
let endings: (() => Promise<unknown>)[] = []
let stage: Stage
let studio: LabHost
let listener: OpenedPage
let blocked: OpenedPage

/** However far it came, the last is ended first. */
function atTheEnd(end: () => Promise<unknown>): void {
  endings.push(end)
}

beforeAll(async () => {
  if (binary === undefined || !hasLab) return
  const folder = await mkdtemp(join(tmpdir(), 'pearcast-page-lab-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  await writeNotes(join(folder, 'notes.wav'))
  stage = await Stage.open(PLACES, { seed: 1, folder })
  atTheEnd(() => stage.close())
  studio = await LabHost.enter(stage, 'broadcaster', folder)
  const open = async (id: 'listener' | 'helper'): Promise<OpenedPage> => {
    const host = await LabHost.enter(stage, id, folder)
    const browser = await host.launchChromium(binary)
    atTheEnd(() => browser.close())
    const opened = await OpenedPage.open(browser, host, `page-of-${id}`)
    atTheEnd(() => opened.close())
    await opened.agree()
    return opened
  }
  ;[listener, blocked] = await Promise.all([open('listener'), open('helper')])
}, 90_000)
afterAll(async () => {
  for (const end of endings.toReversed()) await end()
  endings = []
})
beforeEach(requireChromium)
/** Skips aloud where there can be no lab; under CI that is a failure. */
beforeEach((context) => {
  if (hasLab) return
  const reason = lab.ok ? 'the NAT lab needs root' : lab.reason
  process.stdout.write(`SKIP: ${reason}\n`)
  if (process.env['CI'] === 'true') throw new Error(`CI has to run this test: ${reason}`)
  context.skip(reason)
})
afterEach(() => {
  for (const opened of [listener, blocked]) expect(opened?.complaints ?? []).toEqual([])
})

/** The command, in a host. */
function run(host: LabHost, ...args: string[]): Pearcast {
  const env = { ...process.env, PEARCAST_HOME: host.path(`home-of-${args[0]}`) }
  const program = new Pearcast([...args, '--json', '--bootstrap', host.bootstrap], env, host.command)
  atTheEnd(() => program.stop('SIGKILL'))
  return program
}

/** A station on air. @returns its link */
async function broadcast(...options: string[]): Promise<string> {
  const notes = [studio.path('notes.wav'), '--loop', '--title', 'Kitchen Radio']
  const { link } = await run(studio, 'broadcast', ...notes, ...options).until('on-air', 45_000)
  return String(link)
}

describe('a page in a network of its own', () => {
  test('passes on what it hears where its user agreed, and shows to how many', async () => {
    const link = await broadcast('--station', 'full', '--max-listeners', '1')
    await listener.listen(link)
    await listener.untilPhase('Playing')
    const child = run(
      await LabHost.enter(stage, 'listener-2', studio.path('')),
      'listen',
      link,
      '--output',
      'null',
    )
    expect(await child.until('first-audio', 60_000)).toMatchObject({ path: 'relayed', via: 'relay' })
    const serving = /Serving 1 listener with [1-9]\d* kbit\/s of at most \d+\./
    await listener.page.getByText(serving).waitFor({ timeout: 45_000 })
    expect(await listener.seriousFaults()).toEqual([])
    await listener.screenshot('listen-passing-on')
    await listener.page.getByRole('checkbox', { name: /^Pass what I hear on/ }).uncheck()
    await listener.page.getByText(serving).waitFor({ state: 'detached', timeout: 45_000 })
    await child.stop()
  })

  test('says that its network is cut, and plays on by itself when it is mended', async () => {
    const link = await broadcast('--station', 'open')
    // The other one tries meanwhile: it takes its time to be sure.
    await blocked.listen(link)
    await listener.listen(link)
    await listener.untilPhase('Playing')
    await expectHeard(listener, isPlayed)
    await stage.lab.fault({ name: 'cut', args: ['listener', 'both', true] })
    const cutAtMs = performance.now()
    await listener.untilPhase('Reconnecting')
    process.stdout.write(
      `reconnecting is shown ${Math.round(performance.now() - cutAtMs)} ms after the cut\n`,
    )
    await expectHeard(listener, isSilent, { seconds: 0.3 })
    await listener.screenshot('listen-reconnecting')
    await sleep(Math.max(0, cutAtMs + CUT_MS - performance.now()))
    await listener.untilPhase('Reconnecting')
    await stage.lab.fault({ name: 'cut', args: ['listener', 'both', false] })
    const mendedAtMs = performance.now()
    await listener.untilPhase('Playing')
    process.stdout.write(`playing is shown ${Math.round(performance.now() - mendedAtMs)} ms after its end\n`)
    await expectHeard(listener, isPlayed)
  })

  test('is told what to do where no UDP gets through', async () => {
    await blocked.page.getByRole('alert').getByText('This network blocks UDP').waitFor({ timeout: 45_000 })
    expect(await blocked.seriousFaults()).toEqual([])
    await blocked.screenshot('listen-no-udp')
  })
})
