import type { Run, RunTimeline } from '../run-data.ts'
import { at, chart, frameOf, snugAxis, type Axis, type Frame } from './chart.ts'
import { html, type Html } from './html.ts'
import { runId } from './matrix.ts'

const HEIGHT = 170
const FRAMES_A_SECOND = 50
const RATE: Axis = {
  from: 0,
  to: FRAMES_A_SECOND * 1.7,
  ticks: [
    [0, '0'],
    [FRAMES_A_SECOND, '50/s'],
  ],
}
/** More would be a page that nobody reads; the failures come first. */
const MOST = 60

/** What the listener got, second by second, in each run in which something happened. */
export function timelineSection(runs: readonly Run[]): Html | undefined {
  const eventful = runs
    .filter(
      ({ timeline, expected }) =>
        expected !== 'failure' && timeline?.marks.some(({ kind }) => kind === 'step'),
    )
    .toSorted((a, b) => Number(a.passed) - Number(b.passed))
  if (eventful.length === 0) return undefined
  const shown = eventful.slice(0, MOST)
  const rest = eventful.length - shown.length
  return html`<section id="timelines">
    <h2>Runs in which something happened</h2>
    <p class="lead">
      Frames played a second from the first sound on (20 ms each). Dashed: what the scenario did. Red: silence
      that the listener told of. Dotted: it dials again.
    </p>
    <div class="charts">${shown.map(figure)}</div>
    ${rest > 0 && html`<p class="lead">${rest} more are in report.json.</p>`}
  </section>`
}

function figure(run: Run): Html {
  const { timeline, name, passed, heard, problems } = run
  if (!timeline) return html``
  const endMs = Math.max(
    1000,
    ...timeline.looks.map(({ atMs }) => atMs),
    ...timeline.marks.map(({ atMs }) => atMs),
  )
  const x = snugAxis(endMs / 1000, ' s')
  const frame = frameOf(HEIGHT, x, RATE)
  const gap = typeof heard?.gapMs === 'number' ? html`, longest gap ${Math.round(heard.gapMs)} ms` : undefined
  return html`<figure>
    <figcaption>
      <a href="#${runId(run)}" class="${passed ? 'good' : 'bad'}">${passed ? '✔' : '✖'} ${name}</a>${gap}
    </figcaption>
    ${chart(name, frame, { x, y: RATE }, [...silences(timeline, frame), played(timeline, frame), ...marks(timeline, frame)])}
    ${!passed && html`<p class="bad">${problems.join('; ')}</p>`}
  </figure>`
}

/** Steps of one second: each look tells of the second before it. */
function played({ looks }: RunTimeline, { x, y }: Frame): Html {
  let beforeMs = 0
  const points = looks.flatMap(({ atMs, played: frames }) => {
    const seconds = (atMs - beforeMs) / 1000
    if (seconds <= 0) return []
    const height = at(y(Math.min(RATE.to, frames / seconds)))
    const text = `L${at(x(beforeMs / 1000))} ${height}L${at(x(atMs / 1000))} ${height}`
    beforeMs = atMs
    return [text]
  })
  const ground = at(y(0))
  const d = `M${at(x(0))} ${ground}${points.join('')}L${at(x(beforeMs / 1000))} ${ground}Z`
  return html`<path class="area" d="${d}" />`
}

function silences({ marks: all }: RunTimeline, { x, y }: Frame): Html[] {
  return all
    .filter(({ kind }) => kind === 'gap')
    .map(({ atMs, forMs, text }) => {
      const from = x(Math.max(0, atMs - (forMs ?? 0)) / 1000)
      const width = Math.max(2, x(atMs / 1000) - from)
      return html`<rect
        class="gap"
        x="${at(from)}"
        width="${at(width)}"
        y="${at(y(RATE.to))}"
        height="${at(y(0) - y(RATE.to))}"
        data-tip="${text}"
      />`
    })
}

function marks({ marks: all }: RunTimeline, { x, y }: Frame): Html[] {
  const top = at(y(RATE.to))
  const steps = all.filter(({ kind }) => kind !== 'gap')
  return steps.map(({ atMs, kind, text }, i) => {
    const along = at(x(atMs / 1000))
    const isStep = kind === 'step'
    // Every other one lower, so that two near each other are both read; towards the end they stand to the left.
    const height = top + 10 + (steps.slice(0, i).filter((each) => each.kind === 'step').length % 3) * 12
    const anchor = along > 270 ? 'end' : 'start'
    const label =
      isStep &&
      html`<text class="mark" x="${along + (anchor === 'end' ? -4 : 4)}" y="${height}" text-anchor="${anchor}"
        >${text}</text
      >`
    return html`<line
        class="${isStep ? 'step' : 'told'}"
        x1="${along}"
        x2="${along}"
        y1="${top}"
        y2="${at(y(0))}"
        data-tip="${text} at ${(atMs / 1000).toFixed(1)} s"
      />${label}`
  })
}
