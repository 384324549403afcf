import { html, type Html } from './html.ts'

/** Drawn at this width and never wider than that much more: text stays readable on a telephone. */
const CHART_WIDTH = 420

/** Where data lies in a chart of `CHART_WIDTH` x `height`. */
export interface Frame {
  height: number
  x: (value: number) => number
  y: (value: number) => number
}

const LEFT = 44
const RIGHT = 12
const TOP = 10
const BOTTOM = 26

export interface Axis {
  from: number
  to: number
  /** Marked, with its text. */
  ticks: readonly (readonly [number, string])[]
  isLog?: boolean
}

export function frameOf(height: number, x: Axis, y: Axis): Frame {
  return {
    height,
    x: (value) => LEFT + share(x, value) * (CHART_WIDTH - LEFT - RIGHT),
    y: (value) => height - BOTTOM - share(y, value) * (height - TOP - BOTTOM),
  }
}

/** An SVG with its axes; `body` is drawn above the grid. */
export function chart(label: string, frame: Frame, axes: { x: Axis; y: Axis }, body: readonly Html[]): Html {
  const { height } = frame
  const grid = axes.y.ticks.map(
    ([value, text]) =>
      html`<line
          class="grid"
          x1="${LEFT}"
          x2="${CHART_WIDTH - RIGHT}"
          y1="${at(frame.y(value))}"
          y2="${at(frame.y(value))}"
        /><text class="tick" x="${LEFT - 8}" y="${at(frame.y(value) + 4)}" text-anchor="end">${text}</text>`,
  )
  const along = axes.x.ticks.map(
    ([value, text]) =>
      html`<line
          class="grid"
          x1="${at(frame.x(value))}"
          x2="${at(frame.x(value))}"
          y1="${height - BOTTOM}"
          y2="${height - BOTTOM + 4}"
        /><text class="tick" x="${at(frame.x(value))}" y="${height - 8}" text-anchor="middle">${text}</text>`,
  )
  return html`<svg viewBox="0 0 ${CHART_WIDTH} ${height}" role="img" aria-label="${label}">
    ${grid}${along}
    <line
      class="axis"
      x1="${LEFT}"
      x2="${CHART_WIDTH - RIGHT}"
      y1="${height - BOTTOM}"
      y2="${height - BOTTOM}"
    />
    ${body}
  </svg>`
}

/** One decimal is finer than a pixel. */
export function at(value: number): number {
  return Math.round(value * 10) / 10
}

/** A linear axis from 0 with ticks at round numbers. */
export function linearAxis(most: number, unit = ''): Axis {
  // Where all is 0, so that it looks like nothing.
  const to = most > 0 ? most : 1
  const step = roundStep(to / 4)
  const top = Math.ceil(to / step) * step
  const count = Math.round(top / step)
  const ticks = Array.from({ length: count + 1 }, (_, i) => {
    const value = i * step
    return [value, `${shortNumber(value)}${i === count ? unit : ''}`] as const
  })
  return { from: 0, to: top, ticks }
}

/** The same, but it ends where the data does. */
export function snugAxis(to: number, unit = ''): Axis {
  const axis = linearAxis(to)
  const ticks = axis.ticks.filter(([value]) => value <= to)
  return {
    from: 0,
    to,
    ticks: ticks.map(([value, text], i) => [value, i === ticks.length - 1 ? text + unit : text]),
  }
}

/** Finer than this the ticks would not fit beside the axis. */
const LEAST_LOSS = 1e-3

/** Of shares that are all nearly 1: from the least one to 1, in per cent. */
export function shareAxis(least: number): Axis {
  const step = roundStep(Math.max(1 - least, LEAST_LOSS) / 3)
  const count = Math.max(1, Math.ceil((1 - least) / step - 1e-9))
  const from = 1 - count * step
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) - 1)
  const ticks = Array.from({ length: count + 1 }, (_, i) => {
    const value = from + i * step
    return [value, (100 * value).toFixed(digits)] as const
  })
  return { from, to: 1, ticks: ticks.map(([value, text], i) => [value, i === count ? '100 %' : text]) }
}

/** A logarithmic axis around values above 0, with ticks at 1, 2 and 5. */
export function logAxis(values: readonly number[], unit = ''): Axis {
  const above = values.filter((value) => value > 0)
  const from = Math.min(...above, 1e9)
  const to = Math.max(...above, from * 2)
  const low = 10 ** Math.floor(Math.log10(from))
  const steps = Array.from({ length: 12 }, (_, i) => low * 10 ** i).flatMap((ten) => [ten, 2 * ten, 5 * ten])
  const first = steps.findLast((step) => step <= from) ?? low
  const last = steps.find((step) => step >= to) ?? to
  const inside = steps.filter((step) => step >= first && step <= last)
  const shown = inside.length > 8 ? inside.filter((step) => String(step / low).startsWith('1')) : inside
  const ticks = shown.map(
    (step, i) => [step, shortNumber(step) + (i === shown.length - 1 ? unit : '')] as const,
  )
  return { from: first, to: last, ticks, isLog: true }
}

/** 1200 is 1.2k. */
function shortNumber(value: number): string {
  if (Math.abs(value) >= 1e6) return `${trimmed(value / 1e6)}M`
  if (Math.abs(value) >= 1000) return `${trimmed(value / 1000)}k`
  return trimmed(value)
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function roundStep(rough: number): number {
  const ten = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 2.5, 5].find((factor) => factor * ten >= rough) ?? 10) * ten
}

function share({ from, to, isLog }: Axis, value: number): number {
  const [a, b, x] = isLog
    ? [Math.log(from), Math.log(to), Math.log(Math.max(value, from))]
    : [from, to, value]
  return b === a ? 0 : Math.min(1, Math.max(0, (x - a) / (b - a)))
}
