import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Lab } from '../testing/pearcast.ts'
import { tuneOf, writeNotes } from './fake-microphone.ts'
import { expectHeard, isPlayed, isSilent } from './hearing.ts'
import { OpenedPage } from './opened-page.ts'
import { STATE_MS } from './user-page.ts'
import { withBrowser } from './with-browser.ts'

/** One after the other, each its own note in both ears. */
const SONGS = { 'first.wav': 350, 'second.wav': 550, 'third.wav': 850 } as const
const TUNE: readonly number[] = Object.values(SONGS)
const TUNE_TRIES = 8
/** Of the packets of a voice at 24 kbit/s and of music at 160 kbit/s, with what is around them, to one listener. */
const VOICE_UPLINK_KBITS = 100
const MUSIC_UPLINK_KBITS = 150
let lab: Lab
let broadcaster: OpenedPage
let listener: OpenedPage
let link: string

withBrowser(async ({ browser, lab: own, open }) => {
  lab = own
  ;[broadcaster, listener] = await Promise.all([
    open(OpenedPage.open(browser, lab, 'broadcaster')),
    open(OpenedPage.open(browser, lab, 'listener')),
  ])
  await Promise.all([broadcaster.agree(), listener.agree()])
  await broadcaster.page.evaluate(WATCH_MICROPHONES)
})

/** Keeps what is asked of microphones, and what came. */
const WATCH_MICROPHONES = `{
  globalThis.asked = []
  globalThis.opened = []
  const devices = navigator.mediaDevices
  const open = devices.getUserMedia.bind(devices)
  devices.getUserMedia = async (constraints) => {
    asked.push(constraints.audio)
    const stream = await open(constraints)
    opened.push(stream)
    return stream
  }
}`

/** A device more in the browser's list, which it tells as it would of a real one. */
const PLUG_ONE_IN = `{
  const devices = navigator.mediaDevices
  const list = devices.enumerateDevices.bind(devices)
  const more = { deviceId: 'plugged-in', kind: 'audioinput', label: 'Just plugged in', groupId: '' }
  devices.enumerateDevices = async () => [...(await list()), more]
  devices.dispatchEvent(new Event('devicechange'))
}`

/** Whether echo, noise and uneven loudness were to be taken out, each time that a microphone was opened. */
async function cleaned(): Promise<string[]> {
  return broadcaster.page.evaluate(
    'asked.map((audio) => [audio.echoCancellation, audio.noiseSuppression, audio.autoGainControl].join())',
  )
}

async function choose(profile: 'Voice' | 'Music', bitrate: string): Promise<void> {
  await broadcaster.page.getByRole('radio', { name: new RegExp(`^${profile}`) }).check()
  await broadcaster.page.getByLabel('Bitrate').selectOption({ label: bitrate })
}

/** What goes out, as the page tells it once a second. */
async function uplinkKbits(): Promise<number> {
  const text = await broadcaster.page.getByText(/kbit\/s up$/).textContent()
  return Number(/(\d+) kbit\/s up$/.exec(text ?? '')?.[1])
}

/** Whether each song came after the one before it, over and over, and all of them came. */
function isInOrder(tune: readonly number[]): boolean {
  return (
    new Set(tune).size === TUNE.length &&
    tune.every((note, i) => i === 0 || TUNE[(TUNE.indexOf(tune[i - 1] ?? 0) + 1) % TUNE.length] === note)
  )
}

describe('what a user chooses', () => {
  test('a voice: its microphone is freed of echo and noise, also one that is open already', async () => {
    const { page } = broadcaster
    await page.getByRole('link', { name: 'Broadcast' }).click()
    await page.getByRole('button', { name: 'Add a microphone' }).click()
    await page.getByRole('slider').waitFor()
    expect(await cleaned()).toEqual(['false,false,false'])
    await choose('Voice', '24 kbit/s')
    await expect.poll(cleaned, { timeout: STATE_MS }).toEqual(['false,false,false', 'true,true,true'])
    await choose('Music', '96 kbit/s')
    await expect
      .poll(async () => (await cleaned()).slice(2), { timeout: STATE_MS })
      .toEqual(['false,false,false'])
    // A look at the other page takes nothing of it back.
    await choose('Voice', '24 kbit/s')
    await page.getByRole('link', { name: 'Listen' }).click()
    await page.getByRole('link', { name: 'Broadcast' }).click()
    expect(await page.getByLabel('Bitrate').inputValue()).toBe('24000')
    expect(await page.getByRole('radio', { name: /^Voice/ }).isChecked()).toBe(true)
  })

  test('a microphone that is gone is told, and another one takes its place', async () => {
    const { page } = broadcaster
    await expect.poll(() => page.evaluate('opened.length'), { timeout: STATE_MS }).toBe(4)
    await page.evaluate(`opened.at(-1).getTracks()[0].dispatchEvent(new Event('ended'))`)
    await page.getByText('This device is gone').waitFor()
    await page.getByLabel('Device').selectOption({ index: 1 })
    await page.getByText('This device is gone').waitFor({ state: 'detached' })
    await page.evaluate(PLUG_ONE_IN)
    await page.getByRole('option', { name: 'Just plugged in' }).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: /^Remove Fake/ }).click()
  })

  test('files: they are heard in their order, and one that is broken is left out', async () => {
    const { page } = broadcaster
    await page.getByLabel('Name of the station').fill('Jukebox')
    await page.getByRole('button', { name: 'Create' }).click()
    for (const [name, note] of Object.entries(SONGS)) await writeNotes(lab.path(name), [note, note])
    await writeFile(lab.path('broken.wav'), 'no sound at all')
    await broadcaster.drop(lab.path('first.wav'), lab.path('broken.wav'), lab.path('second.wav'))
    await page.getByText('then broken.wav').waitFor()
    await broadcaster.drop(lab.path('third.wav'))
    await page.getByText('1/4').waitFor()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await page.getByText('broken.wav is left out').waitFor()
    await page.getByRole('button', { name: 'Go on air' }).click()
    link = (await page.locator('code').textContent({ timeout: STATE_MS })) ?? ''
    await listener.listen(link)
    await listener.untilPhase('Playing')
    let tune: number[] = []
    for (let n = 0; n < TUNE_TRIES && !isInOrder(tune); n++) {
      const [left = new Float32Array(0)] = await listener.record(2.5)
      tune = tuneOf(left, TUNE)
    }
    expect(tune).toSatisfy(isInOrder)
  })

  test('a voice goes out as one channel with few bits, music as two with many', async () => {
    const { page } = broadcaster
    await listener.page.getByText('Details').click()
    await listener.page.getByText('24 kbit/s, mono').waitFor()
    await expect
      .poll(uplinkKbits, { timeout: STATE_MS })
      .toSatisfy((kbits) => kbits > 20 && kbits < VOICE_UPLINK_KBITS)
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await choose('Music', '160 kbit/s')
    await page.getByRole('button', { name: 'Remove Audio files' }).click()
    await page.getByRole('button', { name: 'Add a microphone' }).click()
    await page.getByRole('button', { name: 'Go on air' }).click()
    await listener.untilPhase('Playing')
    await listener.page.getByText('160 kbit/s, stereo').waitFor()
    await expect.poll(uplinkKbits, { timeout: STATE_MS }).toBeGreaterThan(MUSIC_UPLINK_KBITS)
    await expectHeard(listener, isPlayed, { seconds: 0.5 })
    await page
      .locator('.audience')
      .getByText(/^directly/)
      .waitFor()
  })

  test('another loudspeaker: the sound goes on there', async () => {
    const { page } = listener
    const devices = page.getByLabel('Play through')
    expect(await page.evaluate('playing.sinkId')).toBe('')
    await devices.selectOption({ index: 1 })
    await expect.poll(() => page.evaluate('playing.sinkId'), { timeout: STATE_MS }).not.toBe('')
    const sinkId = String(await page.evaluate('playing.sinkId'))
    await expect.poll(() => devices.inputValue(), { timeout: STATE_MS }).toBe(sinkId)
    await expectHeard(listener, isPlayed, { seconds: 0.3 })
    await devices.selectOption({ label: 'Usual device' })
    await expect.poll(() => page.evaluate('playing.sinkId'), { timeout: STATE_MS }).toBe('')
    await expectHeard(listener, isPlayed, { seconds: 0.3 })
  })

  test('stop, and what was heard lately again', async () => {
    const { page } = listener
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.now-playing').waitFor({ state: 'detached' })
    await expectHeard(listener, isSilent, { seconds: 0.3 })
    await page.getByRole('button', { name: 'Play Jukebox' }).click()
    await listener.untilPhase('Playing')
    await page.getByRole('button', { name: 'Forget all' }).click()
    await page.getByText('Heard lately').waitFor({ state: 'detached' })
  })

  test('a fader at its end: silence is told, and that no input is left', async () => {
    const { page } = broadcaster
    await page.getByLabel(/^Fader of Fake/).fill('-40')
    await page.getByText('Silence: is the right input open').waitFor()
    await expectHeard(listener, isSilent, { seconds: 0.3 })
    await page.getByRole('button', { name: /^Remove Fake/ }).click()
    await page.getByText('Listeners hear nothing').waitFor()
  })
})
