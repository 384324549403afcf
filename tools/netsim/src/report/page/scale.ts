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
import { figuresTable } from './figures-table.ts'
import { html, type Html } from './html.ts'
import { isMet, SCALE_AIMS, type ScaleAim } from '../scale-aims.ts'
import { runsIn, type ScaleRun } from './scale-data.ts'
import { inOrder, isNamed, isOther, isShare, titleOf, valueText } from './scale-words.ts'

const HEIGHT = 220
const HUES = ['swarm', 'webrtc', 'relayed', 'told', 'failed', 'silent']

const OVERDRAWN =
  'Uplink used is children served of places offered. It can exceed 100 %: on uplink kept free beside its places a relay still serves, for some seconds, whom it sends elsewhere, and takes whom another parent failed.'
/** Below this a share is drawn from 0. */
const NEARLY_ALL = 0.9

interface Point {
  x: number
  value: number
  /** The aim of its figure. */
  misses: boolean
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
      child at a relay. ✖ misses an aim; aims are of large trees.${isOneSize ? '' : ' Dashed: an aim.'}
      ${isOverdrawn(runs) && OVERDRAWN}
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

/** More children served than there are places, at any time. */
function isOverdrawn(runs: readonly ScaleRun[]): boolean {
  return runs
    .flatMap(({ curve, figures }) => [figures.get('churn.uplinkUsed'), ...curve.map(usedAt)])
    .some((used) => used !== undefined && used > 1)
}

function usedAt({ figures }: ScaleRun['curve'][number]): number | undefined {
  return figures.get('uplinkUsed')
}

function tableOf(runs: readonly ScaleRun[], wanted: (name: string) => boolean): Html {
  const rows = figureNames(runs)
    .filter(wanted)
    .map((name) => {
      const aim = aimOf(name)
      return html`<tr>
        <th scope="row">${titleOf(name)}</th>
        ${runs.map(({ figures }) => cell(name, figures, aim))}
        <td>${aim?.words}</td>
      </tr>`
    })
  return figuresTable(['figure', ...runs.map(runName), 'aim'], rows)
}

function cell(name: string, figures: ScaleRun['figures'], aim: ScaleAim | undefined): Html {
  const value = figures.get(name)
  const met = aim && isMet(aim, figures)
  const text = value !== undefined ? valueText(name, value) : met === false ? 'not in the run' : '–'
  if (met === undefined) return html`<td>${text}</td>`
  return html`<td class="${met ? 'good' : 'bad'}">${met ? '✔' : '✖'} ${text}</td>`
}

function aimOf(name: string): ScaleAim | undefined {
  return SCALE_AIMS.find((aim) => aim.name === name)
}

/** Also of what never came about, though it was to. */
function figureNames(runs: readonly ScaleRun[]): string[] {
  return inOrder(
    runs.flatMap(({ figures }) => [
      ...figures.keys(),
      ...SCALE_AIMS.filter((aim) => isMet(aim, figures) === false).map(({ name }) => name),
    ]),
  )
}

function runName({ label, listeners }: ScaleRun): string {
  return `${listeners}${label && `, ${label}`}`
}

function bySize(runs: readonly ScaleRun[], wanted: (name: string) => boolean): Html[] {
  const x = logAxis(runs.map(({ listeners }) => listeners))
  return figureNames(runs)
    .filter(wanted)
    .map((name) => {
      const aim = aimOf(name)
      const groups = Map.groupBy(runs, ({ label }) => label)
      const series = [...groups].map(([label, all]) => ({
        label,
        points: all
          .flatMap(({ listeners, figures }) =>
            pointAt(listeners, figures.get(name), aim && isMet(aim, figures) === false),
          )
          .toSorted((a, b) => a.x - b.x),
      }))
      const missed = aim && runs.filter(({ figures }) => isMet(aim, figures) === false).map(runName)
      return figure(name, series, x, { dots: true, missed })
    })
}

function byTime(runs: readonly ScaleRun[]): Html[] {
  const looks = runs.flatMap(({ curve }) => curve)
  if (looks.length === 0) return []
  const x = snugAxis(Math.max(...looks.map(({ atS }) => atS)), ' s')
  return inOrder(looks.flatMap(({ figures }) => [...figures.keys()])).map((name) => {
    const series = runs.map((run) => ({
      label: runName(run),
      points: run.curve.flatMap(({ atS, figures }) => pointAt(atS, figures.get(name))),
    }))
    return figure(name, series, x, { dots: false })
  })
}

function pointAt(x: number, value: number | undefined, misses = false): Point[] {
  return value === undefined ? [] : [{ x, value, misses }]
}

function figure(
  name: string,
  all: readonly Series[],
  x: Axis,
  { dots, missed }: { dots: boolean; missed?: readonly string[] | undefined },
): Html {
  // Of those without a point, too, so that a run has the same colour in every chart.
  const series = all.map((each, i) => ({ ...each, hue: HUES[i % HUES.length] ?? '' }))
  const aim = aimOf(name)
  const measured = series.flatMap(({ points }) => points.map(({ value }) => value))
  const values = aim === undefined ? measured : [...measured, aim.value]
  const least = Math.min(...values)
  const most = Math.max(...values)
  const y = !isShare(name)
    ? linearAxis(most)
    : least >= NEARLY_ALL && most <= 1
      ? shareAxis(least)
      : perCentAxis(most)
  const title = titleOf(name)
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
            data-tip="${label}${label && ', '}${point.x}: ${valueText(name, point.value)}${point.misses && ', misses the aim'}"
          />${point.misses && crossAt(point, frame)}`,
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
    <figcaption>
      ${title}${aim && html` <small>aim: ${aim.words}${missed && verdict(missed)}</small>`}
    </figcaption>
    ${chart(title, frame, { x, y }, [...(aim === undefined ? [] : [aimLine(aim.value, frame, x)]), ...lines])}${
      series.length > 1 &&
      html`<ul class="legend">
        ${legend}
      </ul>`
    }
  </figure>`
}

function verdict(missed: readonly string[]): Html {
  if (missed.length === 0) return html` <span class="good">✔ met</span>`
  return html` <span class="bad">✖ missed: ${missed.join('; ')}</span>`
}

/** Beside the dot that misses its aim, on the side where there is room. */
function crossAt({ value, x: along }: Point, { x, y, height }: Frame): Html {
  const dot = y(value)
  const by = dot > height / 2 ? -8 : 17
  return html`<text class="cross" x="${at(x(along))}" y="${at(dot + by)}" text-anchor="middle">✖</text>`
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
