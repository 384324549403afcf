import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumBinary, launchChromium, requireChromium } from '../testing/browser.ts'
import { watched } from '../testing/machine.ts'
import { Lab, ROOT } from '../testing/pearcast.ts'
import { OpenedPage } from './opened-page.ts'

const PAGES = join(ROOT, 'tests', 'pages')
const PULSES = 20
const AIM_MS = 150
/** What two cores that also draw both pages without a graphics card keep to; beyond it something is wrong. */
const LIMIT_MS = 250
const TRIES = 2
/** 1.2 s of them. */
const MOST_ON_THE_WAY = 4
/** Six seconds' worth of pulses, on a computer that is held up for a while. */
const ATTEMPT_MS = 20_000
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
  /** How many came within the time. */
  pulses: number
  p50Ms: number
  p95Ms: number
  /** Why the computer had no time for us. */
  heldUp: string | undefined
}

/** From when a pulse is there in one page to when it leaves for the ear from the other, over six seconds. */
async function measure(): Promise<Measured> {
  const { heldUp, result: heard } = await watched(async () => {
    await listener.page.evaluate('pulsesHeard.length = 0')
    const deadlineMs = performance.now() + ATTEMPT_MS
    let pulses: number[] = []
    while (pulses.length < PULSES && performance.now() < deadlineMs) {
      await listener.page.waitForTimeout(500)
      pulses = await listener.page.evaluate('pulsesHeard')
    }
    return pulses.slice(0, PULSES)
  })
  const captured: number[] = await broadcaster.page.evaluate('pulsesCaptured')
  const sorted = latenciesOf(heard, captured).toSorted((a, b) => a - b)
  const percentile = (share: number): number =>
    Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { pulses: heard.length, p50Ms: percentile(0.5), p95Ms: percentile(0.95), heldUp }
}

/** Where the time goes, as the page tells it: from the engine that captures to the decoder, the ring, the output. */
async function parts(): Promise<string> {
  const { outputMs, page } = JSON.parse(await listener.diagnostics()).listening
  const { bufferMs, latencyMs, ringMs, underruns } = page
  const ring = `ring ${ringMs} ms, ${underruns} times dry`
  return `to the decoder ${latencyMs.p50}/${latencyMs.p95} ms with ${Math.round(bufferMs)} ms in the buffer, ${ring}, output ${outputMs} ms`
}

/** Their distances are uneven: only where each is taken for the right one do all take about as long. */
function latenciesOf(heard: readonly number[], captured: readonly number[]): number[] {
  const matches = Array.from({ length: MOST_ON_THE_WAY }, (_, behind) =>
    heard.map((at) => at - (captured[captured.findLastIndex((each) => each < at) - behind] ?? Number.NaN)),
  )
  const spread = (latencies: readonly number[]): number => {
    const sorted = latencies.toSorted((a, b) => a - b)
    const [low = Number.NaN, high = Number.NaN] = [sorted[2], sorted.at(-3)]
    return Number.isNaN(high - low) ? Infinity : high - low
  }
  return matches.toSorted((a, b) => spread(a) - spread(b))[0] ?? []
}

describe('from one page to another', () => {
  test(`sound takes ${LIMIT_MS} ms at most where the computer has time, from capture to playout`, async () => {
    const link = await broadcaster.goOnAir('Pulses')
    await listener.listen(link)
    await listener.untilPhase('Playing')
    const seen: Measured[] = []
    while (seen.length < TRIES && !seen.some(({ p95Ms }) => p95Ms <= AIM_MS)) {
      const measured = await measure()
      const { heldUp, p50Ms, p95Ms, pulses } = measured
      process.stdout.write(
        `capture to playout: p50 ${p50Ms} ms, p95 ${p95Ms} ms of ${pulses} pulses${heldUp === undefined ? '' : `, where ${heldUp}`}\n`,
      )
      process.stdout.write(`of that: ${await parts()}\n`)
      if (heldUp === undefined) {
        expect(pulses).toBe(PULSES)
        expect(p50Ms).toBeGreaterThan(20)
      }
      seen.push(measured)
    }
    const calm = seen.filter(({ heldUp }) => heldUp === undefined)
    const best = Math.min(...seen.map(({ p95Ms }) => p95Ms))
    process.stdout.write(`p95 ${best} ms; the aim is ${AIM_MS} ms\n`)
    if (calm.length === 0) process.stdout.write(`no calm moment: ${LIMIT_MS} ms were not asked for\n`)
    else expect(best).toBeLessThanOrEqual(LIMIT_MS)
    expect(broadcaster.complaints.concat(listener.complaints)).toEqual([])
  }, 120_000)
})
