import { expect, test } from 'vitest'
import { parseReport, type Report } from '../run-data.ts'
import { baselineOf, compare } from '../baseline.ts'
import { junitOf } from '../junit.ts'
import { pageOf } from './page.ts'

const HEARD = {
  firstSoundMs: 567,
  path: 'swarm',
  via: 'punched',
  latencyMs: { p50: 61, p95: 70 },
  gapMs: 40,
  framesSent: 1000,
  framesConcealed: 5,
  interruptions: 2,
}

test('a pair of the matrix shows its path, first sound and latency; one that failed shows that', () => {
  const page = pageOf(
    reportOf(
      { name: 'matrix/public x cgnat', group: 'matrix', heard: HEARD },
      { name: 'matrix/cgnat x public', group: 'matrix', passed: false, problems: ['nothing was heard'] },
      { name: 'matrix/cgnat x cgnat, one relay', group: 'matrix', heard: { ...HEARD, path: 'relayed' } },
    ),
  )
  expect(cells(page)).toEqual(['swarm 567 61', 'failed ✖', 'relayed 567 61'])
  expect(page).toContain('<h3>one relay</h3>')
  expect(page).toContain('nothing was heard')
})

test('places stand from easy to hard, whichever was played first', () => {
  const pairs = ['cgnat x udp-blocked', 'public x cgnat', 'cgnat x public']
  const runs = pairs.map((pair) => ({ name: `matrix/${pair}`, group: 'matrix', heard: HEARD }))
  const heads = [...pageOf(reportOf(...runs)).matchAll(/<th scope="(?:col|row)">(?:<span>)?([\w-]+)/g)]
  const names = heads.map(([, name]) => name).slice(0, 5)
  expect(names).toEqual(['public', 'cgnat', 'udp-blocked', 'public', 'cgnat'])
})

test('the tiles add up to what was played', () => {
  const page = pageOf(
    reportOf(
      { name: 'links/a', heard: HEARD },
      { name: 'links/b', expected: 'error', errors: [{ code: 'NO_UDP' }] },
      { name: 'links/c', expected: 'silent' },
      { name: 'links/d', passed: false },
    ),
  )
  const tiles = [...page.matchAll(/<b>(\d+)<\/b><span>([a-z ]+)<\/span>/g)]
  expect(Object.fromEntries(tiles.map(([, value, name]) => [name, Number(value)]))).toEqual({
    played: 4,
    heard: 1,
    'rightly silent': 1,
    'rightly told why': 1,
    failed: 1,
  })
})

test('the fields of a pair count more than its name', () => {
  const pair = { broadcaster: 'cgnat', listener: 'cgnat', lan: 'same LAN', help: 'none' }
  const page = pageOf(reportOf({ name: 'matrix/same LAN, cgnat', group: 'matrix', pair, heard: HEARD }))
  expect(page).toContain('same LAN, cgnat')
  expect(cells(page)).toEqual(['swarm 567 61'])
})

test('what a stranger wrote into a name is text, and nothing is loaded from anywhere', () => {
  const name = '<script>alert("x")</script>\u0007'
  const report = reportOf({ name, group: 'links', heard: HEARD, passed: false, problems: [name] })
  const page = pageOf(report)
  expect(page).not.toContain('<script>alert')
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)')
  expect(page).not.toMatch(/(src|href)="(?!#)/)
  expect(page).not.toMatch(/url\(|@import|https?:/)
  expect(junitOf(report)).toContain('&lt;script&gt;')
  expect(junitOf(report)).not.toContain('\u0007')
})

test('a run in which something happened has a timeline with the silence in it', () => {
  const timeline = {
    marks: [
      { atMs: 3000, kind: 'step', text: 'NAT rebinds: listener' },
      { atMs: 4300, kind: 'gap', text: '1300 ms of silence', forMs: 1300 },
    ],
    looks: [1, 2, 3, 4, 5].map((s) => ({ atMs: s * 1000, played: s === 4 ? 0 : 50 })),
  }
  const page = pageOf(reportOf({ name: 'faults/rebind', group: 'faults', heard: HEARD, timeline }))
  expect(page).toContain('NAT rebinds: listener')
  expect(page).toMatch(/<rect\s+class="gap"/)
  // The legend has the very lines of the drawing.
  const [legend = '', drawing = ''] = page.split('<figure>')
  expect(legend).toMatch(/<line class="step"[^>]*\/>\s*<\/svg\s*>what the scenario did/)
  expect(drawing).toMatch(/<line\s+class="step"/)
})

test('of fewer than five runs there is no curve of how many were how late; the table has all of each', () => {
  const some = (count: number): string =>
    pageOf(reportOf(...Array.from({ length: count }, (_, i) => ({ name: `links/${i}`, heard: HEARD }))))
  expect(some(4)).not.toContain('id="distributions"')
  expect(some(5)).toContain('id="distributions"')
  expect(some(1)).toContain('latency, p50 / p95 of the medians of the runs')
  expect(some(1)).toMatch(/<td>567 ms<\/td>\s*<td>61 \/ 70 ms<\/td>/)
})

test('a silence before a line is calm is not judged, and shown', () => {
  const timeline = { marks: [{ atMs: 2000, kind: 'gap', text: '', forMs: 1040 }], looks: [] }
  const heard = { ...HEARD, gapMs: 0 }
  const page = pageOf(reportOf({ name: 'congestion/uplink', group: 'congestion', heard, timeline }))
  expect(page).toMatch(/<section id="impairments">[^]*<td>1040 ms<\/td>[^]*<section id="runs">/)
})

test('an aim is shown by what counts, which is without hold-ups, and beside it with them', () => {
  const aim = { name: 'first sound, p95', limitMs: 3000, measuredMs: 3100, excusedMs: 2900, plays: 40 }
  const few = { ...aim, measuredMs: null, excusedMs: null, plays: 3 }
  const aims = [aim, few].map((each) => ({ ...each, passed: true }))
  const rows = [
    ...pageOf({ ...reportOf(), aims: parseReport({ results: [], aims }).aims }).matchAll(/<td>(.*?)<\/td>/g),
  ]
  expect(rows.map(([, text]) => text).join(' | ')).toBe(
    '3000 ms | 2900 ms | 3100 ms | 40 | 3000 ms | too few to tell | – | 3',
  )
})

test('a comparison shows the figures that come nearest to their limit', () => {
  const now = reportOf({ name: 'links/a', heard: { ...HEARD, firstSoundMs: 800 } })
  const comparison = compare(now, baselineOf(reportOf({ name: 'links/a', heard: HEARD })))
  const page = pageOf(now, { comparison })
  expect(page).toContain('links/a: first sound')
  expect(page).toMatch(/<td>567 ms<\/td>\s*<td class="">800 ms<\/td>\s*<td>1634 ms<\/td>/)
})

test('a scale report shows a curve for each figure, nested ones by their path', () => {
  const curve = [0, 5].map((atS) => ({ atS, listeners: 10, hearing: 0.999 }))
  const runs = [1000, 10_000].map((listeners) => ({
    name: 'storm',
    listeners,
    churn: { depthMax: 5, depthP95: 4 },
    news: 8,
    curve,
  }))
  const page = pageOf(reportOf(), { scale: { runs } })
  expect(page).toContain('aria-label="Churn: depth of the tree"')
  expect(page).toContain('aria-label="news"')
  expect(page).toContain('<small>aim: at most 7 <span')
  expect(page).toContain('aria-label="Who hears"')
  expect(pageOf(reportOf(), { scale: { nothing: ['of', 'use'] } })).not.toContain('id="scale"')
})

test('a scale report of one size shows figures, as there is no curve; all shares being 1, the axis is readable', () => {
  const curve = [0, 5].map((atS) => ({ atS, hearing: 1 }))
  const run = { name: '30 % relays', listeners: 1000, churn: { depthP95: 4, continuity: 0.9991 }, curve }
  const page = pageOf(reportOf(), { scale: { runs: [run] } })
  expect(page).toMatch(
    /Churn: continuity<\/th>\s*<td class="good">✔ 99.91 %<\/td>\s*<td>at least 99.9 %<\/td>/,
  )
  expect(page).not.toContain('aria-label="Churn: continuity"')
  const ticks = [...page.matchAll(/text-anchor="end"\s*>([^<]*)</g)].map(([, text = '']) => text.trim())
  expect(ticks).toContain('100 %')
  expect(Math.max(...ticks.map(({ length }) => length))).toBeLessThanOrEqual(6)
})

test('a figure of a scale report that misses its aim is marked, and so is what never came about', () => {
  const runs = [1000, 3000].map((listeners) => ({
    name: 'storm',
    listeners,
    churn: { copiesMax: 8, continuity: listeners === 1000 ? 0.9934 : 0.9995 },
    partition: { othersHearing: 1 },
  }))
  const table = pageOf(reportOf(), { scale: { runs: runs.slice(0, 1) } })
  expect(table).toMatch(/<td class="good">✔ 8<\/td>\s*<td>at most 8<\/td>/)
  expect(table).toMatch(/<td class="bad">✖ 99.34 %<\/td>\s*<td>at least 99.9 %<\/td>/)
  expect(table).toMatch(/healed after, s<\/th>\s*<td class="bad">✖ not in the run<\/td>/)
  const curves = pageOf(reportOf(), { scale: { runs } })
  expect(curves).toContain('aim: at most 8 <span class="good">✔ met</span>')
  expect(curves).toContain('aim: at least 99.9 % <span class="bad">✖ missed: 1000, storm</span>')
  expect(curves).toContain('99.34 %, misses the aim')
  expect(curves.match(/class="cross"/g)).toHaveLength(1)
})

test('of what is no share the axis is none of per cent, even just below 1', () => {
  const runs = [10, 100].map((listeners) => ({ listeners, arrival: { placesPerListener: 0.96 } }))
  expect(pageOf(reportOf(), { scale: { runs } })).not.toContain('>100 %<')
})

test('why more uplink can be used than is offered is said where it is', () => {
  const withUplink = (uplinkUsed: number): string =>
    pageOf(reportOf(), { scale: { runs: [{ listeners: 10, churn: { uplinkUsed } }] } })
  expect(withUplink(1.03)).toContain('It can exceed 100 %')
  expect(withUplink(0.97)).not.toContain('It can exceed 100 %')
})

test('the JUnit file has a suite for each group and what plays a failure again', () => {
  const xml = junitOf(
    reportOf(
      { name: 'links/a', group: 'links', durationMs: 1500 },
      { name: "faults/rebind of the listener's NAT", group: 'faults', passed: false, problems: ['silence'] },
    ),
  )
  expect(xml).toContain('<testsuites name="netsim" tests="2" failures="1"')
  expect(xml).toContain('<testcase name="links/a [seed 1]" classname="netsim.links" time="1.500"/>')
  expect(xml).toContain('<failure message="silence">')
  expect(xml).toContain('--seed 1')
})

test('a report of another version shows what it has', () => {
  expect(pageOf(parseReport({ results: [{ name: 'links/a', passed: true, somethingNew: 1 }] }))).toContain(
    'links/a',
  )
  expect(() => parseReport({ results: 'none' })).toThrow('Expected Array')
})

function reportOf(...runs: object[]): Report {
  const results = runs.map((run) => ({ seed: 1, expected: 'heard', passed: true, ...run }))
  return parseReport({ commit: 'abc', node: 'v24', results })
}

/** Outcome and text of each cell of the heat maps. */
function cells(page: string): string[] {
  const found = page.matchAll(/<a\s+class="cell (\w+)"[^>]*>\s*<b>([^<]*)<\/b>\s*<span>([^<]*)<\/span>/g)
  return [...found].map(([, outcome, top, below]) => `${outcome} ${top} ${below}`.trim())
}
