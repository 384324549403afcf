import type { Comparison } from '../baseline.ts'
import type { Report, Run } from '../run-data.ts'
import { percentile } from '../summary.ts'
import { cdfSection } from './cdf.ts'
import { comparisonSection } from './comparison.ts'
import { figuresTable } from './figures-table.ts'
import { Html, html } from './html.ts'
import { impairmentSection } from './impairments.ts'
import { matrixSection } from './matrix.ts'
import { failureSection, runSection } from './runs.ts'
import { scaleSection } from './scale.ts'
import { SCRIPT, STYLE } from './style.ts'
import { timelineSection } from './timelines.ts'

export interface PageOptions {
  comparison?: Comparison | undefined
  /** Of `netsim:scale`, as it was read. */
  scale?: unknown
}

/** The whole report as one page that needs nothing else: no network, no other file. */
export function pageOf(report: Report, { comparison, scale }: PageOptions = {}): string {
  const { results } = report
  const sections: [string, Html | undefined][] = [
    ['failures', failureSection(results)],
    ['comparison', comparison && comparisonSection(comparison)],
    ['aims', aimSection(report)],
    ['matrix', matrixSection(results)],
    ['distributions', cdfSection(results)],
    ['impairments', impairmentSection(results)],
    ['timelines', timelineSection(results)],
    ['scale', scaleSection(scale)],
    ['runs', results.length > 0 ? runSection(results) : undefined],
  ]
  const there = sections.flatMap(([id, section]) => (section === undefined ? [] : [{ id, section }]))
  const links = there.map(({ id }) => html`<a href="#${id}">${LINKS[id]}</a>`)
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        />
        <title>NAT lab, ${report.commit}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>The NAT lab's report</h1>
          <p>${origin(report)}</p>
          ${tiles(report)}
          <nav>${links}</nav>
        </header>
        <main>${there.map(({ section }) => section)}</main>
        <footer>
          pearCast netsim. What counts is what the listener heard; what failed is not played again, unless the
          machine had stood still.
        </footer>
        <div id="tip" role="tooltip"></div>
        <script>
          ${new Html(SCRIPT)}
        </script>
      </body>
    </html> `
  return page.text
}

const LINKS: Readonly<Record<string, string>> = {
  failures: 'Failures',
  comparison: 'Baseline',
  aims: 'Aims',
  matrix: 'Matrix',
  distributions: 'Distributions',
  impairments: 'Bad lines',
  timelines: 'Timelines',
  scale: 'Scale',
  runs: 'All runs',
}

function origin({ commit, node, at: when, jobs, summary }: Report): string {
  const seconds = summary?.durationMs
  const parts = [
    `commit ${commit}`,
    // To the minute; the file has it to the millisecond.
    when?.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC'),
    node === '' ? undefined : `Node ${node}`,
    typeof jobs === 'number' ? `${jobs} at once` : undefined,
    typeof seconds === 'number' ? `${Math.round(seconds / 1000)} s` : undefined,
    typeof summary?.interrupted === 'string'
      ? `interrupted by ${summary.interrupted}: not all was played`
      : undefined,
  ]
  return parts.filter((part) => typeof part === 'string').join(' · ')
}

/** Expectations of which nothing is heard, and somebody says why. */
const TOLD: ReadonlySet<string> = new Set(['error', 'diagnosis', 'refused'])

function tiles({ results }: Report): Html {
  const firstSounds = heardOf(results, (run) => run.heard?.firstSoundMs)
  const latencies = heardOf(results, (run) => run.heard?.latencyMs?.p50)
  const count = (of: (run: Run) => boolean): number => results.filter(of).length
  const all: [string, string | number, boolean?][] = [
    ['played', results.length],
    ['heard', count(({ passed, expected }) => passed && expected === 'heard')],
    ['rightly silent', count(({ passed, expected }) => passed && expected === 'silent')],
    ['rightly told why', count(({ passed, expected }) => passed && TOLD.has(expected))],
    ['controls failed as they must', count(({ passed, expected }) => passed && expected === 'failure')],
    ['failed', count(({ passed }) => !passed), count(({ passed }) => !passed) > 0],
    ['first sound, p50 / p95', quantiles(firstSounds)],
    ['latency, p50 / p95 of the medians of the runs', quantiles(latencies)],
  ]
  const shown = all.filter(
    ([name, value]) => value !== '' && (value !== 0 || name === 'failed' || name === 'played'),
  )
  return html`<ul class="tiles">
    ${shown.map(([name, value, isWrong]) => html`<li class="${isWrong ? 'wrong' : ''}"><b>${value}</b><span>${name}</span></li>`)}
  </ul>`
}

function heardOf(runs: readonly Run[], of: (run: Run) => number | null | undefined): number[] {
  return runs
    .filter(({ expected }) => expected !== 'failure')
    .map(of)
    .filter((value) => typeof value === 'number')
}

function quantiles(values: readonly number[]): string {
  if (values.length === 0) return ''
  return `${Math.round(percentile(values, 0.5))} / ${Math.round(percentile(values, 0.95))} ms`
}

/** What many plays together have to reach. */
function aimSection({ aims }: Report): Html | undefined {
  if (aims.length === 0) return undefined
  const rows = aims.map(({ name, limitMs, measuredMs, excusedMs, plays, passed }) => {
    const isKnown = typeof measuredMs === 'number'
    const mark = !isKnown
      ? html`–`
      : passed
        ? html`<span class="good">✔</span>`
        : html`<span class="bad">✖</span>`
    return html`<tr>
      <th scope="row">${mark} ${name}</th>
      <td>${limitMs} ms</td>
      <td>${isKnown ? ms(excusedMs ?? measuredMs) : 'too few to tell'}</td>
      <td>${isKnown ? ms(measuredMs) : '–'}</td>
      <td>${plays}</td>
    </tr>`
  })
  return html`<section id="aims">
    <h2>Aims over all plays</h2>
    <p class="lead">
      A single play is one draw, so these are limits of many together. What counts is without the time for
      which the machine held the lab up.
    </p>
    ${figuresTable(['aim', 'at most', 'came to', 'with hold-ups', 'plays'], rows)}
  </section>`
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
