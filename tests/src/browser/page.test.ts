import { join } from 'node:path'
import { decodeFile } from '@pearcast/audio'
import type { Browser } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ROOT, type Lab } from '../testing/pearcast.ts'
import { writeNotes } from './fake-microphone.ts'
import { expectContinuous, expectHeard, expectNotesIn, isLoud, isPlayed, isSilent } from './hearing.ts'
import { JUKEBOX, openJukebox } from './jukebox.ts'
import { OpenedPage } from './opened-page.ts'
import { DESCRIPTION, STATE_MS } from './user-page.ts'
import { withBrowser } from './with-browser.ts'

const TITLE = 'Kitchen Radio'
/** What the web calls good: https://web.dev/articles/cls */
const STEADY = 0.1
let lab: Lab
let browser: Browser
let broadcaster: OpenedPage
let listener: OpenedPage
let link: string

/** One station on air from a page, and another page. */
withBrowser(
  async (opened) => {
    const { open } = opened
    ;({ browser, lab } = opened)
    ;[broadcaster, listener] = await Promise.all([
      open(OpenedPage.open(browser, lab, 'broadcaster')),
      open(OpenedPage.open(browser, lab, 'listener')),
    ])
  },
  ['--auto-select-tab-capture-source-by-title=Jukebox'],
)

/** Of an input on air, whatever it was before. */
async function setMuted(label: string, isMuted: boolean): Promise<void> {
  const button = broadcaster.page.getByRole('button', { name: new RegExp(`^Mute ${label}`) })
  if ((await button.getAttribute('aria-pressed')) !== String(isMuted)) await button.click()
}

describe('the page', () => {
  test('tells a newcomer what to do, and names everything for who cannot see it', async () => {
    await listener.page.getByText('Nothing kept yet').waitFor()
    expect(await listener.layoutShift()).toBeLessThan(STEADY)
    expect(await listener.seriousFaults()).toEqual([])
    await listener.screenshot('listen-empty')
    for (const { page } of [listener, broadcaster])
      await page.getByRole('button', { name: 'Understood' }).click()
    // With the keyboard alone, from the page's beginning.
    await listener.tabTo(listener.page.getByLabel('A station’s link'))
    await listener.page.keyboard.type('pearcast://typo')
    await listener.page.keyboard.press('Enter')
    await listener.page.getByRole('alert').getByText('The link is not complete').waitFor()
    await broadcaster.tabTo(broadcaster.page.getByRole('link', { name: 'Broadcast' }))
    await broadcaster.page.keyboard.press('Enter')
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
    await listener.page.getByText(DESCRIPTION).waitFor()
    await broadcaster.page.getByLabel('Now playing').fill('The soup song')
    await broadcaster.page.getByRole('button', { name: 'Tell' }).click()
    await listener.page.getByText('The soup song').waitFor()
  })

  test('plays what another page captures: the right notes, as loud, in stereo, without a gap', async () => {
    await expectHeard(listener, isPlayed)
    await expectContinuous(listener)
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
    expect(page.latencyMs.p50 + outputMs).toBeGreaterThan(20)
    expect(await broadcaster.seriousFaults()).toEqual([])
    expect(await listener.seriousFaults()).toEqual([])
    expect([await listener.overflowPx(), await broadcaster.overflowPx()]).toEqual([0, 0])
    await broadcaster.screenshot('broadcast-on-air')
  })

  test('records what goes on air and what is heard', async () => {
    const both = [broadcaster, listener]
    for (const opened of both) await opened.toggleRecording('Record')
    await listener.page.waitForTimeout(2000)
    await listener.screenshot('listen-recording')
    await broadcaster.screenshot('broadcast-recording')
    for (const opened of both) {
      const file = await opened.toggleRecording('End recording')
      expect(file).toMatch(/recordings.Kitchen Radio [-\d .]+\.opus$/)
      expectNotesIn(await decodeFile(file))
    }
  })

  test('is what its user makes it: a picture, an invitation, ears of its own, a buffer, a budget', async () => {
    const { page } = broadcaster
    await page
      .getByLabel('Choose a picture')
      .setInputFiles(join(ROOT, 'docs/screenshots/listen-playing-light.png'))
    await page.getByRole('button', { name: 'Remove', exact: true }).waitFor()
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor()
    await page.getByRole('button', { name: 'Copy link' }).click()
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()'), { timeout: 10_000 }).toBe(link)
    await page.getByRole('button', { name: 'Copy invitation' }).click()
    const invitation = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(invitation).toContain(`“${TITLE}”`)
    expect(invitation).toContain(link)
    await page.getByRole('checkbox', { name: /^Hear Fake/ }).check()
    await expectHeard(broadcaster, isPlayed, { seconds: 0.3 })
    await page.getByRole('checkbox', { name: /^Hear Fake/ }).uncheck()
    await expectHeard(broadcaster, isSilent, { seconds: 0.3 })

    await listener.page.getByLabel('Volume').fill('0.5')
    await expectHeard(listener, (heard) => isPlayed(heard, -12), { seconds: 0.5 })
    await listener.page.getByLabel('Volume').fill('1')
    await listener.page
      .getByLabel('Buffer', { exact: true })
      .selectOption({ label: 'Robust: more delay, fewer gaps' })
    await listener.page.getByText(/^[2-9]\d\d ms$/).waitFor()
    await listener.page.getByLabel('Buffer', { exact: true }).selectOption({ label: 'Low delay' })
    await listener.page.getByLabel('With at most').selectOption({ label: '5 Mbit/s' })
    await listener.untilPhase('Playing')
  })

  test('takes another tab into the mix, and lets it go', async () => {
    const jukebox = await openJukebox(browser)
    const { page } = broadcaster
    await page.getByRole('button', { name: 'Add a tab’s sound' }).click()
    await page.getByText('Sound of a tab').waitFor()
    try {
      await setMuted('Fake', true)
      await expectHeard(listener, isPlayed, { notes: JUKEBOX, seconds: 0.5 })
      expect(await page.getByText('not shared any more').count()).toBe(0)
      await jukebox.close()
      await page.getByText('not shared any more').waitFor()
    } finally {
      await jukebox.close()
      await page.getByRole('button', { name: 'Remove Sound of a tab' }).click()
      await setMuted('Fake', false)
    }
  })

  test('is heard by the command line', async () => {
    const file = lab.path('heard.wav')
    const heard = lab.listen(link, '--output', file, '--force', '--duration', '3')
    expect(await heard.exited).toBe(0)
    expectNotesIn(await decodeFile(file))
  })

  test('plays audio files into the mix, over and over, with a fader and a mute for each input', async () => {
    const { page } = broadcaster
    const notes = [550, 990] as const
    await writeNotes(lab.path('jingle.wav'), notes)
    await broadcaster.drop(lab.path('jingle.wav'))
    await page.getByText('jingle.wav').waitFor()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    for (const label of ['Level of Audio files', /^Level of Fake/]) {
      const meter = page.getByRole('meter', { name: label })
      await expect
        .poll(async () => Number(await meter.getAttribute('aria-valuenow')), { timeout: 10_000 })
        .toBeGreaterThan(-30)
    }
    const faders = [page.getByLabel('Fader of Audio files'), page.getByLabel(/^Fader of Fake/)]
    for (const fader of faders) await fader.fill('12')
    await page.getByText('Too loud').waitFor()
    for (const fader of faders) await fader.fill('0')
    await page.getByLabel('Fader of Audio files').fill('-6')
    await setMuted('Fake', true)
    try {
      await expectHeard(listener, (heard) => isPlayed(heard, -6), { notes, seconds: 0.5 })
      await expectHeard(listener, (heard) => heard.every(({ ownDb }) => ownDb < -25), { seconds: 0.5 })
    } finally {
      await page.getByRole('button', { name: 'Remove Audio files' }).click()
      await setMuted('Fake', false)
    }
  })

  test('goes on with another microphone on air', async () => {
    const { page } = broadcaster
    const devices = page.getByLabel('Device')
    await devices.selectOption({ index: 1 })
    await expect.poll(() => devices.inputValue()).not.toBe('default')
    expect(await page.getByText('On air').first().isVisible()).toBe(true)
    await listener.untilPhase('Playing')
    await expectHeard(listener, isPlayed)
  })

  test('is reloaded: the station stays on air, the microphone comes back, the listener hears on', async () => {
    await listener.page.reload()
    await listener.untilPhase('Playing')
    await broadcaster.page.reload()
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).waitFor()
    await broadcaster.page.getByRole('slider').waitFor()
    await expectHeard(listener, isPlayed)
    expect(listener.page.url()).not.toContain('token')
    expect(await listener.layoutShift()).toBeLessThan(STEADY)
    expect(await broadcaster.layoutShift()).toBeLessThan(STEADY)
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
    await broadcaster.page.getByRole('button', { name: 'Mute all' }).click()
    await broadcaster.page.getByText('Everything is muted').waitFor()
    await broadcaster.screenshot('broadcast-muted')
    await broadcaster.page.getByRole('button', { name: 'Mute all' }).click()
  })

  test('says that the station has left, waits, and plays one of the command line', async () => {
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).click()
    await listener.untilPhase('Off air')
    expect(await listener.seriousFaults()).toEqual([])
    await listener.screenshot('listen-off-air')
    const { broadcaster: tones, link: tone } = await lab.broadcast('tone')
    await listener.listen(tone)
    await listener.page.getByRole('heading', { name: 'Test tone' }).waitFor()
    await listener.untilPhase('Playing')
    await expect.poll(() => isLoud(listener), { timeout: 30_000 }).toBe(true)
    await listener.page.getByText('Heard lately').waitFor()
    await listener.page.getByText('Kept stations').waitFor()
    // Nothing comes from there any more, and nobody said goodbye: as if a cable had been pulled.
    tones.child.kill('SIGSTOP')
    await listener.untilPhase('Reconnecting')
    tones.child.kill('SIGCONT')
    await listener.untilPhase('Playing')
    await expect.poll(() => isLoud(listener), { timeout: 30_000 }).toBe(true)
  })

  test('goes on when the process behind it dies, on both sides', async () => {
    await broadcaster.page.getByRole('button', { name: 'Go on air' }).click()
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).waitFor({ timeout: STATE_MS })
    await listener.listen(link)
    await listener.page.getByRole('heading', { name: TITLE }).waitFor({ timeout: STATE_MS })
    await listener.untilPhase('Playing')
    await broadcaster.killEngine()
    await broadcaster.page.getByRole('button', { name: 'End', exact: true }).waitFor()
    await broadcaster.screenshot('broadcast-started-again', false)
    await listener.killEngine()
    await listener.untilPhase('Playing')
    await listener.screenshot('listen-started-again', false)
    await expectHeard(listener, isPlayed)
    for (const { page } of [broadcaster, listener])
      await page.getByRole('button', { name: 'All right' }).click()
  }, 120_000)

  test('says so when its program has ended', async () => {
    await listener.program.stop('SIGKILL')
    await listener.page.getByText('has ended').waitFor()
    expect(await listener.page.locator('.card').count()).toBe(0)
    await listener.screenshot('program-ended')
    listener.complaints.length = 0
  })
})
