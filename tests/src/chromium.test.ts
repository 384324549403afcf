import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { encodeRtp } from '@pearcast/protocol'
import { closeRtc, createTransport, RTC_STACKS, type PeerTransport, type RtcStack } from '@pearcast/rtc'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumBinary, launchChromium, requireChromium } from './testing/browser.ts'
import { Lab, ROOT } from './testing/pearcast.ts'
import { hearStation } from './testing/station-frames.ts'

const SSRC = 0x7065_6172
/** The loudest notes of the test tone (libs/audio): the left ear low, the right ear high. */
const NOTES_HZ = [207.65, 261.63]
/** Of the page's analysers. */
const BIN_HZ = 48_000 / 16_384

interface Observed {
  state: string
  packetsReceived: number
  packetsLost: number
  concealedSamples: number
  totalAudioEnergy: number
  totalSamplesReceived: number
  ears: { hz: number; db: number }[]
}

function isTone({ db, hz }: { hz: number; db: number }, ear: number): boolean {
  return db > -45 && Math.abs(hz - (NOTES_HZ[ear] ?? 0)) < 2 * BIN_HZ
}

const binary = chromiumBinary()
let lab: Lab
let browser: Browser

beforeAll(async () => {
  lab = await Lab.open()
  if (binary !== undefined) browser = await launchChromium(binary)
})
afterAll(async () => {
  await browser?.close()
  await lab.close()
  closeRtc()
})

describe('Chromium, a WebRTC stack that is not ours', () => {
  beforeEach(requireChromium)

  test.each(RTC_STACKS)('plays the signed frames of a broadcast, sent by %s, in stereo', async (stack) => {
    const { link } = await lab.broadcast('tone')
    const page = await pageFor(stack)
    let sent = 0
    const station = await hearStation(link, lab.bootstrap, (frame) => {
      // Numbers of its own: what the swarm path loses on a busy computer is no loss of this connection.
      page.sender.sendRtp(encodeRtp(frame, { ssrc: SSRC, sequenceNumber: sent++ & 0xffff }))
    })
    try {
      const heard = await page.observedOnce(
        ({ ears, packetsReceived }) => packetsReceived >= 150 && ears.every(isTone),
      )
      process.stdout.write(`${stack} to Chromium: ${JSON.stringify(heard)}\n`)
      expect(heard).toMatchObject({ state: 'connected', packetsLost: 0 })
      expect(heard.totalAudioEnergy).toBeGreaterThan(0)
      expect(heard.ears).toHaveLength(2)
      expect(heard.ears.map(isTone), JSON.stringify(heard)).toEqual([true, true])
    } finally {
      await station.close()
      await page.close()
    }
  })
})

interface ListeningPage {
  sender: PeerTransport
  /** The first observation that fits; the last one when none does in time. */
  observedOnce(fits: (observed: Observed) => boolean): Promise<Observed>
  close(): Promise<void>
}

/** A page that has taken the offer of a sender of ours. */
async function pageFor(stack: RtcStack): Promise<ListeningPage> {
  const page = await browser.newPage()
  const sender = createTransport(stack, {
    role: 'sender',
    ssrc: SSRC,
    bindAddress: '127.0.0.1',
    events: {
      onCandidate: (candidate) => void page.evaluate(`addCandidate(${JSON.stringify(candidate)})`),
      onState: () => undefined,
      onRtp: () => undefined,
      onRepairRequest: () => undefined,
    },
  })
  await page.exposeFunction('tellCandidate', (candidate: string) => sender.addCandidate(candidate, '0'))
  await page.addScriptTag({ path: join(ROOT, 'tests', 'pages', 'webrtc-listener.js') })
  const offer = await sender.createOffer()
  const answer: unknown = await page.evaluate(`accept(${JSON.stringify(offer)})`)
  await sender.acceptAnswer(String(answer))
  const observe = async (): Promise<Observed> => page.evaluate('observe()')
  return {
    sender,
    async observedOnce(fits) {
      const deadlineMs = performance.now() + 15_000
      let observed = await observe()
      while (!fits(observed) && performance.now() < deadlineMs) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        observed = await observe()
      }
      return observed
    },
    async close() {
      sender.close()
      await page.close()
    },
  }
}
