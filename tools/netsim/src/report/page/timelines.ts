import { longestGapMs, type Run, type RunTimeline } from '../run-data.ts'
import { at, chart, frameOf, snugAxis, type Axis, type Frame } from './chart.ts'
import { html, type Html } from './html.ts'
import { runId } from './matrix.ts'

const FRAMES_A_SECOND = 50
/** Of what is played, below the words for what happened. */
const PLAYED_HEIGHT = 80
/** Above and below it: the chart's own edges. */
const EDGES = 36
const ROW_HEIGHT = 12
const LEAST_ROWS = 3
/** Of the small letters of the words; a little more than they have, so that two never touch. */
const LETTER_WIDTH = 5.6
const RIGHT_EDGE = 408
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
      What the listener played, second by second from the first sound on. Nothing played and no red: nothing
      was sent, as the broadcaster slept or its source stood still.
    </p>
    <ul class="legend">
      <li>
        <i class="swatch swarm"></i>frames of 20 ms played a second; 50 is all of them. They are counted once
        a second, so this falls up to a second before the line of what stopped them; red is exact
      </li>
      <li><i class="swatch failed"></i>silence that the listener told of</li>
      <li>${sample('step')}what the scenario did</li>
      <li>${sample('told')}the listener dials, or is connected again</li>
    </ul>
    <div class="charts aligned">${shown.map(figure)}</div>
    ${rest > 0 && html`<p class="lead">${rest} more are in report.json.</p>`}
  </section>`
}

/** Of a line in the charts, as it is drawn there. */
function sample(line: 'step' | 'told'): Html {
  return html`<svg class="sample" viewBox="0 0 6 20" aria-hidden="true">
    <line class="${line}" x1="3" x2="3" y1="0" y2="20" />
  </svg>`
}

function figure(run: Run): Html {
  const { timeline, name, passed, problems } = run
  if (!timeline) return html``
  const endMs = Math.max(
    1000,
    ...timeline.looks.map(({ atMs }) => atMs),
    ...timeline.marks.map(({ atMs }) => atMs),
  )
  const x = snugAxis(endMs / 1000, ' s')
  const { x: along } = frameOf(PLAYED_HEIGHT, x, x)
  const labels = labelsOf(timeline, along)
  const rows = Math.max(LEAST_ROWS, ...labels.map(({ row }) => row + 1))
  const y = rateAxis(rows)
  const frame = frameOf(EDGES + PLAYED_HEIGHT + rows * ROW_HEIGHT, x, y)
  const longestMs = longestGapMs(run) ?? 0
  return html`<figure>
    <figcaption>
      <a href="#${runId(run)}" class="${passed ? 'good' : 'bad'}">${passed ? '✔' : '✖'} ${name}</a>
      <small>${longestMs > 0 ? `silent for up to ${duration(longestMs)}` : 'without a gap'}</small>
    </figcaption>
    ${chart(name, frame, { x, y }, [played(timeline, frame, y), ...silences(timeline, frame), ...marks(timeline, frame, y), ...words(labels, frame, y)])}
    ${passed ? undefined : html`<p class="bad">${problems.join('; ')}</p>`}
  </figure>`
}

function duration(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** With room for so many rows of words above. */
function rateAxis(rows: number): Axis {
  const to = (FRAMES_A_SECOND * (PLAYED_HEIGHT + rows * ROW_HEIGHT)) / PLAYED_HEIGHT
  return {
    from: 0,
    to,
    ticks: [
      [0, '0'],
      [FRAMES_A_SECOND, '50/s'],
    ],
  }
}

/** Words beside the line of a step. */
interface Label {
  text: string
  along: number
  anchor: 'start' | 'end'
  row: number
}

/** Each in the first row in which it covers nobody; towards the end they stand to the left of their line. */
function labelsOf({ marks: all }: RunTimeline, x: Frame['x']): Label[] {
  const ends: number[] = []
  return all
    .filter(({ kind }) => kind === 'step')
    .map(({ atMs, text }): Label => {
      const line = x(atMs / 1000)
      const width = text.length * LETTER_WIDTH
      const isLast = line + 4 + width > RIGHT_EDGE
      const from = isLast ? line - 4 - width : line + 4
      const free = ends.findIndex((end) => end < from)
      const row = free === -1 ? ends.length : free
      ends[row] = Math.max(isLast ? line : from + width, ends[row] ?? 0)
      return { text, row, along: at(isLast ? line - 4 : from), anchor: isLast ? 'end' : 'start' }
    })
}

function words(labels: readonly Label[], { y }: Frame, rate: Axis): Html[] {
  const top = at(y(rate.to))
  return labels.map(
    ({ along, anchor, row, text }) =>
      html`<text class="mark" x="${along}" y="${top + 10 + row * ROW_HEIGHT}" text-anchor="${anchor}"
        >${text}</text
      >`,
  )
}

/** Steps of one second: each look tells of the second before it. */
function played({ looks }: RunTimeline, { x, y }: Frame, rate: Axis): Html {
  let beforeMs = 0
  const points = looks.flatMap(({ atMs, played: frames }) => {
    const seconds = (atMs - beforeMs) / 1000
    if (seconds <= 0) return []
    const height = at(y(Math.min(rate.to, frames / seconds)))
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
        y="${at(y(FRAMES_A_SECOND))}"
        height="${at(y(0) - y(FRAMES_A_SECOND))}"
        data-tip="${text}"
      />`
    })
}

function marks({ marks: all }: RunTimeline, { x, y }: Frame, rate: Axis): Html[] {
  return all
    .filter(({ kind }) => kind !== 'gap')
    .map(({ atMs, kind, text }) => {
      const along = at(x(atMs / 1000))
      // Above what is played stand the words of the steps.
      const top = at(y(kind === 'step' ? rate.to : FRAMES_A_SECOND))
      return html`<line
        class="${kind === 'step' ? 'step' : 'told'}"
        x1="${along}"
        x2="${along}"
        y1="${top}"
        y2="${at(y(0))}"
        data-tip="${text} at ${(atMs / 1000).toFixed(1)} s"
      />`
    })
}
