import { at, chart, frameOf, linearAxis, logAxis, type Frame } from './chart.ts'
import { html, type Html } from './html.ts'

const HEIGHT = 220

/** One curve: a figure against something that was varied. */
interface Curve {
  figure: string
  points: { along: number; value: number; label: string }[]
}

/** The fields that say how large a run was. */
const SIZES = ['peers', 'listeners', 'size', 'n']

/**
 * The curves of a scale report: of every figure in it, against the number of listeners. It takes any list of runs that
 * say how many there were, whatever else they measured.
 */
export function scaleSection(report: unknown): Html | undefined {
  const runs = runsIn(report)
  const curves = curvesOf(runs)
  if (curves.length === 0) return undefined
  return html`<section id="scale">
    <h2>Scale</h2>
    <p class="lead">Trees of many listeners in virtual time: ${runs.length} runs. Each point is a run.</p>
    <div class="charts">${curves.map(figure)}</div>
  </section>`
}

interface ScaleRun {
  label: string
  listeners: number
  figures: Map<string, number>
}

function runsIn(value: unknown): ScaleRun[] {
  if (Array.isArray(value)) return value.flatMap(runsIn)
  if (!isRecord(value)) return []
  const size = SIZES.map((name) => value[name]).find((each) => typeof each === 'number')
  const figures = new Map(numbersIn(value, ''))
  if (typeof size === 'number' && figures.size > 1) {
    const label = value['name'] ?? value['scenario'] ?? value['arrivals'] ?? ''
    for (const name of [...SIZES, 'seed']) figures.delete(name)
    return [{ label: typeof label === 'string' ? label : '', listeners: size, figures }]
  }
  return Object.values(value).flatMap(runsIn)
}

/** Nested ones are called by their path: `depth.max`. */
function numbersIn(value: Record<string, unknown>, path: string): [string, number][] {
  return Object.entries(value).flatMap(([name, each]): [string, number][] => {
    const key = path === '' ? name : `${path}.${name}`
    if (typeof each === 'number' && Number.isFinite(each)) return [[key, each]]
    return isRecord(each) ? numbersIn(each, key) : []
  })
}

function curvesOf(runs: readonly ScaleRun[]): Curve[] {
  const names = new Set(runs.flatMap(({ figures }) => [...figures.keys()]))
  return [...names].map((name) => ({
    figure: name,
    points: runs
      .flatMap(({ label, listeners, figures }) => {
        const value = figures.get(name)
        return value === undefined ? [] : [{ along: listeners, value, label }]
      })
      .toSorted((a, b) => a.along - b.along),
  }))
}

const HUES = ['swarm', 'webrtc', 'relayed', 'told', 'failed', 'silent']

function figure({ figure: name, points }: Curve): Html {
  const x = logAxis(points.map(({ along }) => along))
  const y = linearAxis(Math.max(...points.map(({ value }) => value)))
  const frame = frameOf(HEIGHT, x, y)
  const series = [...Map.groupBy(points, ({ label }) => label)]
  const lines = series.map(([, each], i) => line(name, each, HUES[i % HUES.length] ?? '', frame))
  const legend = series.map(
    ([label], i) => html`<li><i class="swatch ${HUES[i % HUES.length]}"></i>${label}</li>`,
  )
  return html`<figure>
    <figcaption>${name}</figcaption>
    ${chart(name, frame, { x, y }, lines)}${
      series.length > 1 &&
      html`<ul class="legend">
        ${legend}
      </ul>`
    }
  </figure>`
}

function line(name: string, points: Curve['points'], hue: string, { x, y }: Frame): Html {
  const d = points
    .map(({ along, value }, i) => `${i === 0 ? 'M' : 'L'}${at(x(along))} ${at(y(value))}`)
    .join('')
  const dots = points.map(
    ({ along, value, label }) =>
      html`<circle
        class="dot ${hue}"
        cx="${at(x(along))}"
        cy="${at(y(value))}"
        r="4"
        data-tip="${label} ${along}: ${name} ${value}"
      />`,
  )
  return html`<path class="line ${hue}" d="${d}" />${dots}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
