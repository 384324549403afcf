import { percentile } from '../summary.ts'
import type { Run } from '../run-data.ts'
import { at, chart, frameOf, logAxis, type Axis, type Frame } from './chart.ts'
import { html, type Html } from './html.ts'

const HEIGHT = 240
const SHARES: Axis = {
  from: 0,
  to: 1,
  ticks: [
    [0, '0'],
    [0.25, '25'],
    [0.5, '50'],
    [0.75, '75'],
    [1, '100 %'],
  ],
}
/** Of fewer there is no curve: each is in the table of all runs. */
const ENOUGH = 5
const PATHS = ['swarm', 'webrtc', 'relayed'] as const

interface Series {
  path: (typeof PATHS)[number]
  values: number[]
}

/** Which share of the runs had heard something, and how late it was, by path. */
export function cdfSection(runs: readonly Run[]): Html | undefined {
  // A control is broken on purpose.
  const heard = runs.filter((run) => run.expected !== 'failure' && run.heard)
  if (heard.length < ENOUGH) return undefined
  const figures = [
    figure('First sound', heard, (run) => run.heard?.firstSoundMs),
    figure('Latency, capture to playout, median of each run', heard, (run) => run.heard?.latencyMs?.p50),
  ].filter((each) => each !== undefined)
  if (figures.length === 0) return undefined
  return html`<section id="distributions">
    <h2>How soon and how late</h2>
    <p class="lead">
      The share of the runs, of all groups but the controls, that stayed below so many ms, by the path at the
      end.
    </p>
    <div class="charts wide">${figures}</div>
  </section>`
}

function figure(
  title: string,
  runs: readonly Run[],
  of: (run: Run) => number | null | undefined,
): Html | undefined {
  const series = PATHS.flatMap((path): Series[] => {
    const values = runs.filter((run) => run.heard?.path === path).map(of)
    const known = values.filter((value) => typeof value === 'number')
    return known.length === 0 ? [] : [{ path, values: known.toSorted((a, b) => a - b) }]
  })
  if (series.length === 0) return undefined
  const x = logAxis(
    series.flatMap(({ values }) => values),
    ' ms',
  )
  const frame = frameOf(HEIGHT, x, SHARES)
  const lines = series.map((each) => line(each, frame))
  const words = series.map(
    ({ path, values }) =>
      html`<li>
        <i class="swatch ${path}"></i>${path}: ${values.length} run${values.length === 1 ? '' : 's'}, p50
        ${ms(percentile(values, 0.5))}, p95 ${ms(percentile(values, 0.95))}
      </li>`,
  )
  return html`<figure>
    <figcaption>${title}</figcaption>
    ${chart(title, frame, { x, y: SHARES }, [...uprights(x, frame), ...lines])}
    <ul class="legend">
      ${words}
    </ul>
  </figure>`
}

/** To read a value off a logarithmic axis. */
function uprights({ ticks }: Axis, { x, y }: Frame): Html[] {
  return ticks.map(
    ([value]) =>
      html`<line class="grid" x1="${at(x(value))}" x2="${at(x(value))}" y1="${at(y(0))}" y2="${at(y(1))}" />`,
  )
}

/** A step at each value, with a point to hover. */
function line({ path, values }: Series, { x, y }: Frame): Html {
  const steps = values.map((value, i) => `H${at(x(value))}V${at(y((i + 1) / values.length))}`).join('')
  const start = `M${at(x(values[0] ?? 0))} ${at(y(0))}`
  const points = values.map((value, i) => {
    const tip = `${path}: ${Math.round(((i + 1) / values.length) * 100)} % within ${ms(value)}`
    return html`<circle
      class="hit"
      cx="${at(x(value))}"
      cy="${at(y((i + 1) / values.length))}"
      r="7"
      data-tip="${tip}"
    />`
  })
  return html`<path class="line ${path}" d="${start}${steps}" />${points}`
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
