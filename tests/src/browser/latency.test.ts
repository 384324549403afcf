import { readFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumBinary, launchChromium, requireChromium } from '../testing/browser.ts'
import { Lab, ROOT } from '../testing/pearcast.ts'
import { OpenedPage } from './opened-page.ts'

const PAGES = join(ROOT, 'tests', 'pages')
const PULSES = 20
const AIM_MS = 150
/** What two cores that also draw both pages without a graphics card keep to; beyond it something is wrong. */
const LIMIT_MS = 250
const TRIES = 3
/** A computer that has this process wait so long has others wait as well, for whatever it did meanwhile. */
const HELD_UP_MS = 25
let lab: Lab
let browser: Browser
let broadcaster: OpenedPage
let listener: OpenedPage

beforeAll(async () => {
  const binary = chromiumBinary()
  if (binary === undefined) return
  lab = await Lab.open()
  browser = await launchChromium(binary)
  const options = { prepare: bringPulses, bypassCSP: true }
  ;[broadcaster, listener] = await Promise.all([
    OpenedPage.open(browser, lab, 'broadcaster', options),
    OpenedPage.open(browser, lab, 'listener', options),
  ])
}, 60_000)
afterAll(async () => {
  await Promise.all([broadcaster?.close(), listener?.close()])
  await browser?.close()
  await lab?.close()
})
beforeEach(requireChromium)

/** Runs before the page's own scripts, with the worklets as a text of its own: a request of theirs cannot be answered here. */
async function bringPulses(context: BrowserContext): Promise<void> {
  const worklets = await readFile(join(PAGES, 'pulse-worklets.js'), 'utf8')
  await context.addInitScript(`globalThis.pulseWorklets = ${JSON.stringify(worklets)}`)
  await context.addInitScript({ path: join(PAGES, 'pulses.js') })
}

interface Measured {
  p50Ms: number
  p95Ms: number
  /** Whether the computer had time for us. */
  isCalm: boolean
}

/** From when a pulse is there in one page to when it leaves for the ear from the other, over ten seconds. */
async function measure(): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  await listener.page.evaluate('pulsesHeard.length = 0')
  await listener.page.waitForFunction(`pulsesHeard.length >= ${PULSES}`, undefined, { timeout: 30_000 })
  delay.disable()
  const heard: number[] = await listener.page.evaluate('pulsesHeard')
  const captured: number[] = await broadcaster.page.evaluate('pulsesCaptured')
  const latencies = heard.slice(0, PULSES).map((at) => at - (captured.findLast((each) => each < at) ?? at))
  const sorted = latencies.toSorted((a, b) => a - b)
  const percentile = (share: number): number =>
    Math.round(sorted[Math.ceil(share * PULSES) - 1] ?? Number.NaN)
  const isCalm = (loadavg()[0] ?? 0) <= availableParallelism() && delay.max / 1e6 < HELD_UP_MS
  return { p50Ms: percentile(0.5), p95Ms: percentile(0.95), isCalm }
}

describe('from one page to another', () => {
  test(`sound takes ${LIMIT_MS} ms at most where the computer has time, from capture to playout`, async () => {
    const link = await broadcaster.goOnAir('Pulses')
    await listener.listen(link)
    await listener.untilPhase('Playing')
    const seen: Measured[] = []
    while (seen.length < TRIES && !seen.some(({ p95Ms }) => p95Ms <= AIM_MS)) {
      const measured = await measure()
      const { isCalm, p50Ms, p95Ms } = measured
      process.stdout.write(
        `capture to playout: p50 ${p50Ms} ms, p95 ${p95Ms} ms of ${PULSES} pulses${isCalm ? '' : ', on a busy computer'}\n`,
      )
      expect(isCalm && p50Ms < 20).toBe(false)
      seen.push(measured)
    }
    const calm = seen.filter(({ isCalm }) => isCalm)
    const best = Math.min(...seen.map(({ p95Ms }) => p95Ms))
    process.stdout.write(`p95 ${best} ms; the aim is ${AIM_MS} ms\n`)
    if (calm.length === 0) process.stdout.write(`no calm moment: ${LIMIT_MS} ms were not asked for\n`)
    else expect(best).toBeLessThanOrEqual(LIMIT_MS)
    expect(broadcaster.complaints.concat(listener.complaints)).toEqual([])
  }, 120_000)
})
