import { decodeFile } from '@pearcast/audio'
import { describe, expect, test } from 'vitest'
import type { Lab } from '../testing/pearcast.ts'
import { DesktopApp } from './desktop-app.ts'
import { hearNotes } from './fake-microphone.ts'
import { expectHeard, isPlayed, tell } from './hearing.ts'
import { withBrowser } from './with-browser.ts'

const TITLE = 'Kitchen Radio'
let lab: Lab
let broadcaster: DesktopApp
let listener: DesktopApp
let link: string

/** Two apps, each with processes and a storage of its own. */
withBrowser(async ({ browser, lab: own, open }) => {
  lab = own
  ;[broadcaster, listener] = await Promise.all([
    open(DesktopApp.open(browser, lab, 'broadcaster')),
    open(DesktopApp.open(browser, lab, 'listener')),
  ])
})

/** From the first sound on: what comes before is how long it took to connect. */
function fromSound(ears: readonly Float32Array[]): Float32Array[] {
  const starts = ears.map((ear) => ear.findIndex((sample) => Math.abs(sample) > 0.05))
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(0)
  return ears.map((ear) => ear.subarray(Math.max(...starts)))
}

describe('two desktop apps', () => {
  test('one goes on air with its microphone, and its tray shows it', async () => {
    link = await broadcaster.goOnAir(TITLE)
    expect(link).toMatch(/^pearcast:\/\/\w{58}$/)
    await broadcaster.untilTray(/On air: Kitchen Radio \(0 listeners\)/)
  })

  test('the other one is given the link by the system, and plays it, the right notes in each ear', async () => {
    const { page } = listener
    listener.ask({ ask: 'second-instance', argv: ['pearcast', link] })
    await expect.poll(() => page.getByLabel('A station’s link').inputValue(), { timeout: 10_000 }).toBe(link)
    // It is played by who knows that its station sees his address.
    expect(await page.locator('.now-playing').count()).toBe(0)
    await page.getByRole('button', { name: 'Understood' }).click()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await listener.untilPhase('Playing')
    await expectHeard(listener, isPlayed)
    await listener.untilTray(/Listening: Kitchen Radio/)
    await broadcaster.untilTray(/1 listener\)/)
  })

  test('the command line hears the same', async () => {
    const heard = lab.listen(link, '--output', lab.path('heard.wav'), '--duration', '3')
    expect(await heard.exited).toBe(0)
    const { pcm } = await decodeFile(lab.path('heard.wav'))
    const notes = hearNotes(fromSound([0, 1].map((ear) => pcm.filter((_, i) => i % 2 === ear))))
    tell(notes)
    // That sound flows is asked for where only that is played; here all of it runs on one computer.
    expect(notes).toSatisfy(isPlayed)
    for (const { silentShare } of notes) expect(silentShare).toBeLessThan(0.6)
  })

  test('closing the window of the one on air asks first; hidden, it stays on air', async () => {
    broadcaster.ask({ ask: 'answer', button: 0 })
    broadcaster.ask({ ask: 'close-window' })
    const { message } = await broadcaster.program.until('question')
    expect(message).toBe('“Kitchen Radio” is on air')
    await broadcaster.program.until('hidden')
    await expectHeard(listener, isPlayed)
  })

  test('an engine that dies is replaced, and the page goes on with the new one', async () => {
    const before = listener.program.events.length
    process.kill(listener.enginePid, 'SIGKILL')
    await listener.program.until('engine', 15_000, before)
    await listener.untilPhase('Playing')
    await expectHeard(listener, isPlayed)
  })

  test('both end when they are told to, and leave no process', async () => {
    broadcaster.ask({ ask: 'menu', label: 'Quit' })
    await listener.untilPhase('Off air')
    listener.ask({ ask: 'close-window' })
    expect(await Promise.all([broadcaster.program.exited, listener.program.exited])).toEqual([0, 0])
    expect([broadcaster.hasEngine, listener.hasEngine]).toEqual([false, false])
    for (const opened of [broadcaster, listener]) opened.complaints.length = 0
  })
})
