import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Lab } from '../testing/pearcast.ts'
import { startRelay } from '../testing/relays.ts'
import { expectHeard, isPlayed } from './hearing.ts'
import { OpenedPage } from './opened-page.ts'
import { withBrowser } from './with-browser.ts'

/** Of WAV, before its samples. */
const HEADER_BYTES = 44
let lab: Lab
let opened: OpenedPage

withBrowser(async ({ browser, lab: own, open }) => {
  lab = own
  opened = await open(OpenedPage.open(browser, lab, 'listener'))
  await opened.agree()
})
afterEach(() => lab?.clear())

async function lampAnimation(): Promise<unknown> {
  return opened.page.evaluate(`getComputedStyle(document.querySelector('.lamp')).animationName`)
}

describe('a page that listens', () => {
  test('shows that the station is found and its sound is not there yet, and plays it when it is', async () => {
    const args = ['broadcast', '-', '--title', 'Kitchen Radio', '--station', 'slow']
    const broadcaster = lab.wire({ stdin: true }, ...args)
    const { link } = await broadcaster.until('on-air', 30_000)
    await opened.listen(String(link))
    await opened.untilPhase('Connecting')
    await opened.page.getByText('its sound is on the way').waitFor()
    expect(await lampAnimation()).toBe('breathe')
    await opened.page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await lampAnimation()).toBe('none')
    expect(await opened.seriousFaults()).toEqual([])
    await opened.screenshot('listen-connecting')
    const second = (await readFile(lab.path('notes.wav'))).subarray(HEADER_BYTES)
    for (let n = 0; n < 60; n++) broadcaster.child.stdin?.write(second)
    await opened.untilPhase('Playing')
    await expectHeard(opened, isPlayed)
  })

  test('says that its sound comes through others, and through how many', async () => {
    // Nobody can reach the station; its relay has one place, which another relay takes.
    const first = lab.run('relay', '--max-children', '1')
    const { key } = await first.until('relay-ready', 30_000)
    const hidden = ['--station', 'hidden', '--title', 'Kitchen Radio', '--via', String(key), '--private-ip']
    const { link } = await lab.broadcast(lab.path('notes.wav'), '--loop', ...hidden)
    await first.until('relaying', 45_000)
    await startRelay(lab, link)
    await opened.listen(link)
    await opened.untilPhase('Playing')
    await expectHeard(opened, isPlayed)
    await opened.page.getByText(/^Through 2 other peers, \d\.\d s behind the station$/).waitFor()
    await opened.page.getByText('Details').click()
    await opened.page.getByText('through 2 other peers (relayed, relay)').waitFor()
    expect(await opened.seriousFaults()).toEqual([])
    await opened.screenshot('listen-relayed')
  })
})
