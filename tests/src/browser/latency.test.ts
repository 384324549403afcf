import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { watched } from '../testing/machine.ts'
import { ROOT } from '../testing/pearcast.ts'
import { OpenedPage } from './opened-page.ts'
import { withBrowser } from './with-browser.ts'

const PAGES = join(ROOT, 'tests', 'pages')
const PULSES = 20
/** What is asked for where the computer has time, once what two pages that begin at once cost has been worked off. */
const LIMIT_MS = 150
/** What is asked for before that. */
const SOON_MS = 250
const TRIES = 6
/** 12 s. */
const SETTLES_WITHIN = 2
/** The listening page's buffer aims at 20 ms until it has seen something come later than that. */
const CALM_TARGET_MS = 40
/** 1.2 s of them. */
const MOST_ON_THE_WAY = 4
/** Six seconds' worth of pulses, on a computer that is held up for a while. */
const ATTEMPT_MS = 20_000
let broadcaster: OpenedPage
let listener: OpenedPage

withBrowser(async ({ browser, lab, open }) => {
  const options = { prepare: bringPulses, bypassCSP: true }
  ;[broadcaster, listener] = await Promise.all([
    open(OpenedPage.open(browser, lab, 'broadcaster', options)),
    open(OpenedPage.open(browser, lab, 'listener', options)),
  ])
})

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
  /** What the listening page's buffer aimed at, after it. */
  targetMs: number
  /** Where the time goes, as the page tells it: from the engine that captures to the decoder, the ring, the output. */
  parts: string
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
  const { outputMs, page } = JSON.parse(await listener.diagnostics()).listening
  const { bufferMs, latencyMs, ringMs, targetMs, underruns } = page
  const buffer = `${Math.round(bufferMs)} of ${Math.round(targetMs)} ms in the buffer`
  const parts = `to the decoder ${latencyMs.p50}/${latencyMs.p95} ms with ${buffer}, ring ${ringMs} ms, ${underruns} times dry, output ${outputMs} ms`
  const { length: pulses } = heard
  return { pulses, p50Ms: percentile(0.5), p95Ms: percentile(0.95), targetMs, parts, heldUp }
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

/**
 * What is asked for, after what the computer let us do; undefined where it had no time. What a hold-up has left behind stays
 * for a minute or more: delay, and a buffer that waits for the next one.
 */
function limitMs(seen: readonly Measured[]): number | undefined {
  if (seen.some(({ heldUp, targetMs }) => heldUp !== undefined || targetMs > CALM_TARGET_MS)) return undefined
  return seen.length > SETTLES_WITHIN ? LIMIT_MS : SOON_MS
}

describe('from one page to another', () => {
  test(`sound takes ${LIMIT_MS} ms at most where the computer has time, from capture to playout`, async () => {
    const link = await broadcaster.goOnAir('Pulses')
    await listener.listen(link)
    await listener.untilPhase('Playing')
    const seen: Measured[] = []
    while (seen.length < TRIES && !seen.some(({ p95Ms }) => p95Ms <= LIMIT_MS)) {
      const measured = await measure()
      const { heldUp, p50Ms, p95Ms, parts, pulses } = measured
      process.stdout.write(
        `capture to playout: p50 ${p50Ms} ms, p95 ${p95Ms} ms of ${pulses} pulses${heldUp === undefined ? '' : `, where ${heldUp}`}\n`,
      )
      process.stdout.write(`of that: ${parts}\n`)
      if (heldUp === undefined) {
        expect(pulses).toBe(PULSES)
        expect(p50Ms).toBeGreaterThan(20)
      }
      seen.push(measured)
    }
    const best = Math.min(...seen.map(({ p95Ms }) => p95Ms))
    const limit = limitMs(seen)
    process.stdout.write(`p95 ${best} ms; the limit is ${limit ?? 'none: the computer was held up'}\n`)
    if (limit !== undefined) expect(best).toBeLessThanOrEqual(limit)
  }, 180_000)
})
