import { readFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumBinary, launchChromium, requireChromium } from '../testing/browser.ts'
import { Lab, ROOT } from '../testing/pearcast.ts'
import { OpenedPage } from './opened-page.ts'

const PAGES = join(ROOT, 'tests', 'pages')
const PULSES = 14
const AIM_MS = 150
/** Three quarters of what still is told apart from the pulse before. */
const BUSY_MS = 400
const TRIES = 3
let lab: Lab
let browser: Browser
let broadcaster: OpenedPage
let listener: OpenedPage

beforeAll(async () => {
  const binary = chromiumBinary()
  if (binary === undefined) return
  lab = await Lab.open()
  browser = await launchChromium(binary)
  ;[broadcaster, listener] = await Promise.all([
    OpenedPage.open(browser, lab, 'broadcaster', {
      prepare: (context) => script(context, 'pulse-source.js'),
      bypassCSP: true,
    }),
    OpenedPage.open(browser, lab, 'listener', {
      prepare: (context) => script(context, 'pulse-tap.js'),
      bypassCSP: true,
    }),
  ])
}, 60_000)
afterAll(async () => {
  await Promise.all([broadcaster?.close(), listener?.close()])
  await browser?.close()
  await lab?.close()
})
beforeEach(requireChromium)

/** Runs before the page's own scripts, with the worklets as a text of its own: a request of theirs cannot be answered here. */
async function script(context: BrowserContext, name: string): Promise<void> {
  const worklets = await readFile(join(PAGES, 'pulse-worklets.js'), 'utf8')
  await context.addInitScript(`globalThis.pulseWorklets = ${JSON.stringify(worklets)}`)
  await context.addInitScript({ path: join(PAGES, name) })
}

/** From a pulse at the microphone to the same pulse at the loudspeaker, ms, sorted. */
async function measure(): Promise<number[]> {
  await listener.page.evaluate('pulsesHeard.length = 0')
  await listener.page.waitForFunction(`pulsesHeard.length >= ${PULSES}`, undefined, { timeout: 30_000 })
  const heard: number[] = await listener.page.evaluate('pulsesHeard')
  const made: number[] = await broadcaster.page.evaluate('pulsesMade')
  const latencies = heard.slice(0, PULSES).map((at) => at - (made.findLast((each) => each < at) ?? at))
  return latencies.toSorted((a, b) => a - b)
}

const percentile = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)

describe('from one page to another', () => {
  test(`sound takes ${AIM_MS} ms at most, from the microphone to the loudspeaker`, async () => {
    const link = await broadcaster.goOnAir('Pulses')
    await listener.listen(link)
    await listener.untilPhase('Playing')
    const seen: number[] = []
    while (seen.length < TRIES && !(Math.min(...seen) <= AIM_MS)) {
      const latencies = await measure()
      const [p50, p95] = [percentile(latencies, 0.5), percentile(latencies, 0.95)]
      process.stdout.write(`capture to playout: p50 ${p50} ms, p95 ${p95} ms of ${PULSES} pulses\n`)
      seen.push(p95)
    }
    // Where more runs than the computer has cores, whatever waits for its turn shows as delay.
    const load = loadavg()[0] ?? 0
    const isBusy = load > availableParallelism()
    if (isBusy)
      process.stdout.write(
        `the computer is busy (load ${load.toFixed(1)}): ${AIM_MS} ms were not asked for\n`,
      )
    expect(Math.min(...seen)).toBeLessThanOrEqual(isBusy ? BUSY_MS : AIM_MS)
    expect(broadcaster.complaints.concat(listener.complaints)).toEqual([])
  }, 120_000)
})
