import {
  at,
  chart,
  frameOf,
  linearAxis,
  logAxis,
  shareAxis,
  snugAxis,
  type Axis,
  type Frame,
} from './chart.ts'
import { html, type Html } from './html.ts'
import { runsIn, type ScaleRun } from './scale-data.ts'

const HEIGHT = 220
const HUES = ['swarm', 'webrtc', 'relayed', 'told', 'failed', 'silent']

/** What people want to know first, in words. Whatever else there is follows under its name. */
const WORDS: Readonly<Record<string, string>> = {
  'arrival.joinMs.p50': 'Arrival: first sound, p50, ms',
  'arrival.joinMs.p95': 'Arrival: first sound, p95, ms',
  'arrival.unserved': 'Arrival: never heard anything',
  'arrival.rootDialsPerS': 'Arrival: dials at the broadcaster in its busiest second',
  'arrival.placesPerListener': 'Arrival: places offered, a listener',
  'arrival.messagesPerPeer': 'Arrival: control messages, a peer',
  'churn.continuity': 'Churn: continuity',
  'churn.interruptionsPerHour': 'Churn: interruptions, a listener and hour',
  'churn.copiesMax': 'Churn: copies that the broadcaster sends',
  'churn.depthP95': 'Churn: depth of a listener, p95',
  'churn.depthMax': 'Churn: depth of the tree',
  'churn.reparentsPerPeerHour': 'Churn: changes of the parent, a peer and hour',
  'churn.messagesPerPeerMinute': 'Churn: control messages, a peer and minute',
  'churn.uplinkUsed': 'Churn: uplink used, of what is offered',
  'partition.othersHearing': 'Partition: who of the others hears',
  'partition.healedAfterS': 'Partition: healed after, s',
  cpuS: 'CPU of the simulation, s',
  timesRealTime: 'Simulated, times real time',
  'timesRealTimeIn.arrival': 'Arrival: simulated, times real time',
  'timesRealTimeIn.churn': 'Churn: simulated, times real time',
  'timesRealTimeIn.partition': 'Partition: simulated, times real time',
  memoryMiB: 'Memory of the simulation, MiB',
  hearing: 'Who hears',
  copies: 'Copies that the broadcaster sends',
  'depth.max': 'Depth of the tree',
  'depth.p50': 'Depth of a listener, p50',
  'depth.p95': 'Depth of a listener, p95',
  uplinkUsed: 'Uplink used, of what is offered',
  warm: 'Who has a warm second parent',
}
const ORDER = Object.keys(WORDS)
/** Of 1, and shown in per cent. */
const SHARES = new Set([
  'churn.continuity',
  'churn.lost',
  'churn.uplinkUsed',
  'partition.othersHearing',
  'hearing',
  'uplinkUsed',
  'warm',
])
/** What a tree of any size is to reach (docs/performance.md has the figures). */
const AIMS: Readonly<Record<string, { value: number; words: string }>> = {
  'churn.continuity': { value: 0.999, words: 'at least 99.9 %' },
  'churn.copiesMax': { value: 8, words: 'at most 8' },
  'churn.depthP95': { value: 7, words: 'at most 7' },
  'partition.healedAfterS': { value: 10, words: 'at most 10' },
}
/** Below this a share is drawn from 0. */
const NEARLY_ALL = 0.9

interface Point {
  x: number
  value: number
}
interface Series {
  label: string
  points: Point[]
}

/** The curves of a scale report: every figure against the number of listeners, and how the trees went along. */
export function scaleSection(report: unknown): Html | undefined {
  const runs = runsIn(report)
  if (runs.length === 0) return undefined
  // Of one number there is no curve.
  const isOneSize = new Set(runs.map(({ listeners }) => listeners)).size === 1
  return html`<section id="scale">
    <h2>Scale</h2>
    <p class="lead">
      Trees of listeners and relays in virtual time: ${runs.length} run${runs.length === 1 ? '' : 's'}. First
      what each came to, then how it went along. All come at once (arrival), then people come and go all the
      time (churn), then a region is cut off from the others for 20 s (partition). A place is room for one
      child at a relay.${isOneSize ? '' : ' Dashed: an aim.'}
    </p>
    ${isOneSize ? tableOf(runs, isNamed) : html`<div class="charts aligned">${bySize(runs, isNamed)}</div>`}
    <h3>Along the way</h3>
    <div class="charts">${byTime(runs)}</div>
    <details>
      <summary>All other figures</summary>
      ${isOneSize ? tableOf(runs, isOther) : html`<div class="charts">${bySize(runs, isOther)}</div>`}
    </details>
  </section>`
}

function isNamed(name: string): boolean {
  return name in WORDS
}

function isOther(name: string): boolean {
  return !isNamed(name)
}

function tableOf(runs: readonly ScaleRun[], wanted: (name: string) => boolean): Html {
  const names = namesOf(runs.map(({ figures }) => figures)).filter(wanted)
  const shown = (name: string, value: number | undefined): string =>
    value === undefined ? '–' : SHARES.has(name) ? perCent(value) : String(value)
  const rows = names.map(
    (name) =>
      html`<tr>
        <th scope="row">${WORDS[name] ?? name}</th>
        ${runs.map(({ figures }) => html`<td>${shown(name, figures.get(name))}</td>`)}
        <td>${AIMS[name]?.words}</td>
      </tr>`,
  )
  return html`<div class="scroll">
    <table class="figures">
      <thead>
        <tr>
          <th>figure</th>
          ${runs.map(({ label, listeners }) => html`<th>${listeners}${label && `, ${label}`}</th>`)}
          <th>aim</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function bySize(runs: readonly ScaleRun[], wanted: (name: string) => boolean): Html[] {
  const x = logAxis(runs.map(({ listeners }) => listeners))
  const names = namesOf(runs.map(({ figures }) => figures)).filter(wanted)
  return names.map((name) => {
    const groups = Map.groupBy(runs, ({ label }) => label)
    const series = [...groups].map(([label, all]) => ({
      label,
      points: all
        .flatMap(({ listeners, figures }) => pointAt(listeners, figures.get(name)))
        .toSorted((a, b) => a.x - b.x),
    }))
    return figure(name, series, x, true)
  })
}

function byTime(runs: readonly ScaleRun[]): Html[] {
  const looks = runs.flatMap(({ curve }) => curve)
  if (looks.length === 0) return []
  const x = snugAxis(Math.max(...looks.map(({ atS }) => atS)), ' s')
  return namesOf(looks.map(({ figures }) => figures)).map((name) => {
    const series = runs.map(({ label, listeners, curve }) => ({
      label: `${listeners}${label && `, ${label}`}`,
      points: curve.flatMap(({ atS, figures }) => pointAt(atS, figures.get(name))),
    }))
    return figure(name, series, x, false)
  })
}

function pointAt(x: number, value: number | undefined): Point[] {
  return value === undefined ? [] : [{ x, value }]
}

/** Those with words first, in the order of the words. */
function namesOf(all: readonly ReadonlyMap<string, number>[]): string[] {
  const names = [...new Set(all.flatMap((figures) => [...figures.keys()]))]
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return names.toSorted((a, b) => rank(a) - rank(b))
}

function figure(name: string, all: readonly Series[], x: Axis, dots: boolean): Html {
  // Of those without a point, too, so that a run has the same colour in every chart.
  const series = all.map((each, i) => ({ ...each, hue: HUES[i % HUES.length] ?? '' }))
  const aim = AIMS[name]
  const measured = series.flatMap(({ points }) => points.map(({ value }) => value))
  const values = aim === undefined ? measured : [...measured, aim.value]
  const least = Math.min(...values)
  const most = Math.max(...values)
  const isShare = SHARES.has(name)
  const y =
    least >= NEARLY_ALL && most <= 1 ? shareAxis(least) : isShare ? perCentAxis(most) : linearAxis(most)
  const title = WORDS[name] ?? name
  const frame = frameOf(HEIGHT, x, y)
  const lines = series.map(({ label, points, hue }) => {
    const d = points
      .map((point, k) => `${k === 0 ? 'M' : 'L'}${at(frame.x(point.x))} ${at(frame.y(point.value))}`)
      .join('')
    const marks = points.map(
      (point) =>
        html`<circle
          class="${dots ? 'dot' : 'hit'} ${hue}"
          cx="${at(frame.x(point.x))}"
          cy="${at(frame.y(point.value))}"
          r="${dots ? 4 : 6}"
          data-tip="${label}${label && ', '}${point.x}: ${isShare ? perCent(point.value) : point.value}"
        />`,
    )
    return html`<path class="line ${hue}" d="${d}" />${marks}`
  })
  const legend = series.map(
    ({ label, points, hue }) =>
      html`<li>
        <i class="swatch ${hue}"></i>${label}${points.length === 0 && ': never, or not measured'}
      </li>`,
  )
  return html`<figure>
    <figcaption>${title}${aim && html` <small>aim: ${aim.words}</small>`}</figcaption>
    ${chart(title, frame, { x, y }, [...(aim === undefined ? [] : [aimLine(aim.value, frame, x)]), ...lines])}${
      series.length > 1 &&
      html`<ul class="legend">
        ${legend}
      </ul>`
    }
  </figure>`
}

function aimLine(value: number, { x, y }: Frame, { from, to }: Axis): Html {
  return html`<line
    class="step"
    x1="${at(x(from))}"
    x2="${at(x(to))}"
    y1="${at(y(value))}"
    y2="${at(y(value))}"
  />`
}

/** Of shares that may be any, also more than 1. */
function perCentAxis(most: number): Axis {
  const { ticks, to } = linearAxis(100 * most, ' %')
  return { from: 0, to: to / 100, ticks: ticks.map(([value, text]) => [value / 100, text]) }
}

function perCent(share: number): string {
  return `${Number((100 * share).toFixed(4))} %`
}
