import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { chromiumBinary, launchChromium, requireChromium } from '../testing/browser.ts'
import { Lab } from '../testing/pearcast.ts'
import { writeNotes } from './fake-microphone.ts'
import type { UserPage } from './user-page.ts'

/** A page of a user, which ends with all that it has started. */
type ClosingPage = UserPage & { close(): Promise<void> }

interface BrowserLab {
  lab: Lab
  browser: Browser
  /** Sees to it that a page is closed at the end, and that its browser never complains. */
  open: <Opened extends ClosingPage>(opening: Promise<Opened>) => Promise<Opened>
}

/**
 * For the tests of a file: a private DHT, and a browser whose microphone plays `notes.wav` of the lab's folder. They follow
 * one another like a user's evening. Skips them aloud where there is no Chromium.
 */
export function withBrowser(
  setUp: (opened: BrowserLab) => Promise<void>,
  flags: readonly string[] = [],
): void {
  const opening: Promise<ClosingPage>[] = []
  const pages: ClosingPage[] = []
  const endings: (() => Promise<void>)[] = []

  function open<Opened extends ClosingPage>(page: Promise<Opened>): Promise<Opened> {
    opening.push(page)
    return page.then((opened) => {
      pages.push(opened)
      return opened
    })
  }

  beforeAll(async () => {
    const binary = chromiumBinary()
    if (binary === undefined) return
    const lab = await Lab.open()
    endings.push(() => lab.close())
    await writeNotes(lab.path('notes.wav'))
    const browser = await launchChromium(binary, [
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${lab.path('notes.wav')}`,
      ...flags,
    ])
    endings.push(() => browser.close())
    await setUp({ lab, browser, open })
  }, 60_000)
  afterAll(async () => {
    await Promise.allSettled(opening)
    await Promise.all(pages.map((page) => page.close()))
    for (const end of endings.toReversed()) await end()
  })
  beforeEach(requireChromium)
  /** Their policy is strict: what breaks it is a fault, whatever else works. */
  afterEach(() => {
    for (const { complaints } of pages) expect(complaints).toEqual([])
  })
}
