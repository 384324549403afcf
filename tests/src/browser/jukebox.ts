import type { Browser, Page } from 'playwright-core'
import type { Notes } from './fake-microphone.ts'

/** What another tab plays. */
export const JUKEBOX: Notes = [350, 850]

/** Another tab, which plays: notes of its own, as loud as the microphone's. */
export async function openJukebox(of: Browser): Promise<Page> {
  const page = await of.newPage()
  await page.setContent('<title>Jukebox</title>')
  await page.evaluate(`(async () => {
    const context = new AudioContext()
    const ears = new ChannelMergerNode(context, { numberOfInputs: 2 })
    for (const [ear, frequency] of [${JUKEBOX.join()}].entries()) {
      const note = new OscillatorNode(context, { frequency })
      note.connect(new GainNode(context, { gain: 0.25 })).connect(ears, 0, ear)
      note.start()
    }
    ears.connect(context.destination)
    await context.resume()
  })()`)
  return page
}
