import { decodeFile } from '@pearcast/audio'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumBinary, INSTALL_HINT, launchChromium } from '../testing/browser.ts'
import { Lab } from '../testing/pearcast.ts'
import { hearNotes, writeNotes, type EarHeard } from './fake-microphone.ts'
import { OpenedPage } from './opened-page.ts'

const binary = chromiumBinary()
const TITLE = 'Kitchen Radio'
let lab: Lab
let browser: Browser
let broadcaster: OpenedPage
let listener: OpenedPage
let link: string

/** One station on air from a page, and another page: the tests follow one another like a user's evening. */
beforeAll(async () => {
  if (binary === undefined) return
  lab = await Lab.open()
  await writeNotes(lab.path('notes.wav'))
  browser = await launchChromium(binary, [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${lab.path('notes.wav')}`,
  ])
  ;[broadcaster, listener] = await Promise.all([
    OpenedPage.open(browser, lab, 'broadcaster'),
    OpenedPage.open(browser, lab, 'listener'),
  ])
}, 60_000)
afterAll(async () => {
  await Promise.all([broadcaster?.close(), listener?.close()])
  await browser?.close()
  await lab?.close()
})
beforeEach((context) => {
  if (binary !== undefined) return
  const reason = `there is no Chromium on this machine: ${INSTALL_HINT}`
  process.stdout.write(`SKIP: ${reason}\n`)
  if (process.env['CI'] === 'true') throw new Error(`CI has to run this test: ${reason}`)
  context.skip(reason)
})
/** Its policy is strict: what breaks it is a fault, whatever else works. */
afterEach(() => {
  for (const opened of [broadcaster, listener]) expect(opened?.complaints ?? []).toEqual([])
})

/** Each note in its own ear only, as loud as it was played. */
function expectNotes(heard: EarHeard[], maxSilentShare: number): void {
  process.stdout.write(`heard ${JSON.stringify(heard)}\n`)
  for (const ear of heard) {
    expect(ear.ownDb).toBeGreaterThan(-1)
    expect(ear.ownDb).toBeLessThan(1)
    expect(ear.otherDb).toBeLessThan(-25)
    expect(ear.silentShare).toBeLessThan(maxSilentShare)
  }
}

/** What the computer is held up by shows once, what is wrong shows each time: the best of a few recordings counts. */
async function hearWell(opened: OpenedPage): Promise<EarHeard[]> {
  let best = hearNotes(await opened.record(2))
  const worstShare = (heard: EarHeard[]): number => Math.max(...heard.map(({ silentShare }) => silentShare))
  for (let again = 0; again < 4 && worstShare(best) > 0.01; again++) {
    const heard = hearNotes(await opened.record(2))
    if (worstShare(heard) < worstShare(best)) best = heard
  }
  return best
}

describe('the page', () => {
  test('tells a newcomer what to do, and names everything for who cannot see it', async () => {
    await listener.page.getByText('Nothing kept yet').waitFor()
    expect(await listener.seriousFaults()).toEqual([])
    await listener.screenshot('listen-empty')
    for (const { page } of [listener, broadcaster])
      await page.getByRole('button', { name: 'Understood' }).click()
    await listener.listen('pearcast://typo')
    await listener.page.getByRole('alert').getByText('The link is not complete').waitFor()
    await broadcaster.page.getByRole('link', { name: 'Broadcast' }).click()
    await broadcaster.page.getByText('Your first station').waitFor()
    expect(await broadcaster.seriousFaults()).toEqual([])
    expect([await listener.overflowPx(), await broadcaster.overflowPx()]).toEqual([0, 0])
    await broadcaster.screenshot('broadcast-empty')
  })

  test('finds a station that is not on air yet when it is', async () => {
    link = await broadcaster.goOnAir(TITLE)
    expect(link).toMatch(/^pearcast:\/\/\w{58}$/)
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).click()
    await broadcaster.page.getByRole('button', { name: 'Go on air' }).waitFor()
    await listener.listen(link)
    await listener.untilPhase(/Searching|Off air/)
    await listener.screenshot('listen-searching')
    await broadcaster.page.getByRole('button', { name: 'Go on air' }).click()
    await listener.untilPhase('Playing')
    await listener.page.getByRole('heading', { name: TITLE }).waitFor()
  })

  test('plays what another page captures: the right notes, as loud, in stereo, without a gap', async () => {
    expectNotes(await hearWell(listener), 0.05)
    await listener.page.getByText('Details').click()
    await listener.page.getByRole('button', { name: 'Keep' }).click()
    await listener.page.getByText('Kept stations').waitFor()
    expect(await listener.page.title()).toBe(`${TITLE} · pearCast`)
    await listener.screenshot('listen-playing')
    await broadcaster.page.getByText('1 listener').waitFor()
    const diagnostics = await listener.diagnostics()
    expect(diagnostics).not.toContain(link)
    const { page, outputMs } = JSON.parse(diagnostics).listening
    process.stdout.write(`latency to the decoder ${JSON.stringify(page.latencyMs)}, then ${outputMs} ms\n`)
    expect(page.latencyMs.p50 + outputMs).toBeLessThan(1000)
    expect(await broadcaster.seriousFaults()).toEqual([])
    expect(await listener.seriousFaults()).toEqual([])
    expect([await listener.overflowPx(), await broadcaster.overflowPx()]).toEqual([0, 0])
    await broadcaster.screenshot('broadcast-on-air')
  })

  test('is heard by the command line', async () => {
    const heard = lab.listen(link, '--output', lab.path('heard.wav'), '--duration', '3')
    expect(await heard.exited).toBe(0)
    const { pcm } = await decodeFile(lab.path('heard.wav'))
    const ears = [0, 1].map((ear) => pcm.filter((_, i) => i % 2 === ear))
    expectNotes(hearNotes(ears), 0.3)
  })

  test('plays audio files into the mix, over and over, with a fader and a mute for each input', async () => {
    const { page } = broadcaster
    const notes = [550, 990] as const
    await writeNotes(lab.path('jingle.wav'), notes)
    await page.getByLabel('Add audio files').setInputFiles(lab.path('jingle.wav'))
    await page.getByText('jingle.wav').waitFor()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await page.getByLabel('Fader of 1 audio file').fill('-6')
    await page.getByRole('button', { name: /^Mute Fake/ }).click()
    await expect
      .poll(async () => hearNotes(await listener.record(0.5), notes).map(({ ownDb }) => Math.round(ownDb)), {
        timeout: 15_000,
      })
      .toEqual([-6, -6])
    const microphone = hearNotes(await listener.record(0.5))
    for (const { ownDb } of microphone) expect(ownDb).toBeLessThan(-25)
    await page.getByRole('button', { name: 'Remove 1 audio file' }).click()
    await page.getByRole('button', { name: /^Mute Fake/ }).click()
  })

  test('goes on with another microphone on air', async () => {
    const { page } = broadcaster
    const devices = page.getByLabel('Device')
    await devices.selectOption({ index: 1 })
    await expect.poll(() => devices.inputValue()).not.toBe('default')
    expect(await page.getByText('On air').first().isVisible()).toBe(true)
    await listener.untilPhase('Playing')
    const [left] = hearNotes(await listener.record(1))
    expect(left?.silentShare).toBeLessThan(0.5)
  })

  test('is reloaded: the station stays on air, the microphone comes back, the listener hears on', async () => {
    await listener.page.reload()
    await listener.untilPhase('Playing')
    await broadcaster.page.reload()
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).waitFor()
    await broadcaster.page.getByRole('slider').waitFor()
    await expect
      .poll(async () => hearNotes(await listener.record(1))[0]?.silentShare, { timeout: 15_000 })
      .toBeLessThan(0.3)
    expect(listener.page.url()).not.toContain('token')
  })

  test('gives nothing to who has not its key', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(listener.url)
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/does not know the program’s key/)
    expect(await page.locator('.card').count()).toBe(0)
    await context.close()
    await listener.untilPhase('Playing')
  })

  test('says that the station has left, waits, and plays one of the command line', async () => {
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).click()
    await listener.untilPhase('Off air')
    expect(await listener.seriousFaults()).toEqual([])
    await listener.screenshot('listen-off-air')
    const { link: tone } = await lab.broadcast('tone')
    await listener.listen(tone)
    await listener.page.getByRole('heading', { name: 'Test tone' }).waitFor({ timeout: 20_000 })
    await listener.untilPhase('Playing')
    const [left = new Float32Array(0)] = await listener.record(1)
    expect(left.some((sample) => Math.abs(sample) > 0.05)).toBe(true)
    await listener.page.getByText('Heard lately').waitFor()
    await listener.page.getByText('Kept stations').waitFor()
  })

  test('says so when its program has ended', async () => {
    await listener.program.stop('SIGKILL')
    const said = listener.page.getByText('does not answer').or(listener.page.getByText('has ended'))
    await said.waitFor()
    expect(await said.textContent()).toMatch(/program/)
    await listener.screenshot('program-ended')
    listener.complaints.length = 0
  })
})
