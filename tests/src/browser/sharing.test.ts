import type { BrowserContext } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { chromiumBinary, launchChromium } from '../testing/browser.ts'
import type { Lab } from '../testing/pearcast.ts'
import { expectHeard, isPlayed } from './hearing.ts'
import { OpenedPage, recordOutput } from './opened-page.ts'
import { STATE_MS } from './user-page.ts'
import { withBrowser } from './with-browser.ts'

const TITLE = 'Kitchen Radio'
let lab: Lab
let broadcaster: OpenedPage
let listener: OpenedPage
let link: string

/** A system that shares texts, as telephones do and Linux does not. */
const SHARES = `{
  globalThis.shared = []
  Navigator.prototype.share = async (what) => {
    shared.push(what)
    if (shared.length > 1) throw new DOMException('cancelled', 'AbortError')
  }
}`

/** Says when the browser has answered, and the page has shown what came of it. */
const WATCH_SHARING = `{
  globalThis.answered = false
  const devices = navigator.mediaDevices
  const share = devices.getDisplayMedia.bind(devices)
  devices.getDisplayMedia = (options) => {
    const sharing = share(options)
    const tell = () => setTimeout(() => (answered = true), 300)
    sharing.then(tell, tell)
    return sharing
  }
}`

async function prepare(context: BrowserContext): Promise<void> {
  await recordOutput(context)
  await context.addInitScript(SHARES)
}

/** Whoever asks for a screen is given one, the notes as its sound. */
withBrowser(
  async ({ browser, lab: own, open }) => {
    lab = own
    ;[broadcaster, listener] = await Promise.all([
      open(OpenedPage.open(browser, lab, 'broadcaster', { prepare })),
      open(OpenedPage.open(browser, lab, 'listener')),
    ])
    await Promise.all([broadcaster.agree(), listener.agree()])
  },
  ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=display-media-type=monitor'],
)

describe('what is shared', () => {
  test('the sound of the whole system goes on air', async () => {
    link = await broadcaster.goOnAir(TITLE, 'Add a tab’s sound')
    await broadcaster.page.getByText('Sound of a tab or screen').waitFor()
    await listener.listen(link)
    await listener.untilPhase('Playing')
    await expectHeard(listener, isPlayed)
  })

  test('the invitation, by the system where it can, and what its user then does is his business', async () => {
    const { page } = broadcaster
    await page.getByRole('button', { name: 'Share …' }).click()
    const [shared] = await page.evaluate<{ title: string; text: string }[]>('shared')
    expect(shared?.title).toBe(TITLE)
    expect(shared?.text).toContain(link)
    await page.getByRole('button', { name: 'Share …' }).click()
    await expect.poll(() => page.evaluate('shared.length')).toBe(2)
  })

  test('where the system shares no texts, the invitation is copied; where that is not allowed, it is told', async () => {
    const { page } = listener
    const own = await listener.goOnAir('Other Radio')
    expect(await page.getByRole('button', { name: 'Share …' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Copy invitation' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain(own)
    await page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))`)
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByRole('button', { name: 'Not copied' }).waitFor()
  })

  test('a system that has no screen to share says so, and whoever changes his mind is told nothing', async () => {
    for (const [answer, words] of [
      ['', 'The browser could not share that'],
      ['=deny', ''],
    ] as const) {
      const browser = await launchChromium(chromiumBinary() ?? '', [
        `--use-fake-ui-for-media-stream${answer}`,
      ])
      try {
        const opened = await OpenedPage.open(browser, lab, `shares-nothing${answer}`)
        try {
          const { page } = opened
          await opened.agree()
          await page.getByRole('link', { name: 'Broadcast' }).click()
          await page.evaluate(WATCH_SHARING)
          await page.getByRole('button', { name: 'Add a tab’s sound' }).click()
          await expect.poll(() => page.evaluate('answered'), { timeout: STATE_MS }).toBe(true)
          const alerts = await page.getByRole('alert').allTextContents()
          expect(alerts.join()).toContain(words)
          expect(alerts).toHaveLength(words === '' ? 0 : 1)
          expect(opened.complaints).toEqual([])
        } finally {
          await opened.close()
        }
      } finally {
        await browser.close()
      }
    }
  })
})
