import type { LegResult } from '../events.ts'
import type { Colors } from '../terminal/output.ts'
import { padEnd, widthOf } from '../terminal/text.ts'
import { route } from '../terminal/words.ts'
import { MIN_CORRELATION } from './verdict.ts'

type Cell = (leg: LegResult, colors: Colors) => string

const NOTHING = '–'

/** What is told of a leg, in the order in which one asks. */
const ROWS: readonly (readonly [label: string, cell: Cell])[] = [
  ['heard', ({ framesPlayed }, { green, red }) => (framesPlayed > 0 ? green('yes') : red('nothing'))],
  ['path, via', ({ path, via }) => (path === null || via === null ? NOTHING : route(path, via))],
  ['first sound', ({ firstAudioMs }) => (firstAudioMs === null ? NOTHING : `${firstAudioMs.toFixed(0)} ms`)],
  [
    'latency p50 / p95',
    ({ latencyMs: ms }) => (ms ? `${ms.p50.toFixed(0)} / ${ms.p95.toFixed(0)} ms` : NOTHING),
  ],
  ['frames played', ({ framesPlayed, framesSent }) => `${framesPlayed} of ${framesSent}`],
  ['  by path', byPath],
  ['lost', ({ framesLost }, colors) => zero(framesLost, colors)],
  [
    'concealed',
    ({ framesConcealed }, { yellow }) => (framesConcealed > 0 ? yellow(String(framesConcealed)) : '0'),
  ],
  ['played twice', ({ framesDuplicate }, colors) => zero(framesDuplicate, colors)],
  ['correlation', correlation],
  ['loudness', ({ loudnessDiffDb: db }) => (db === null ? NOTHING : `${signed(db)} dB`)],
]

/** The closing table: a column a leg, a row a figure. @returns its lines, without line ends */
export function resultTable(legs: readonly LegResult[], colors: Colors): string[] {
  const { bold, dim } = colors
  const grid = [
    ['', ...legs.map(({ leg }) => bold(leg))],
    ...ROWS.map(([label, cell]) => [dim(label), ...legs.map((leg) => cell(leg, colors))]),
  ]
  const widths = (grid[0] ?? []).map((_, column) =>
    Math.max(...grid.map((row) => widthOf(row[column] ?? ''))),
  )
  const rule = dim(`  ${'─'.repeat(widths.reduce((sum, width) => sum + width + 3, -3))}`)
  const lines = grid.map((row) =>
    `  ${row.map((cell, i) => padEnd(cell, widths[i] ?? 0)).join('   ')}`.trimEnd(),
  )
  const [head = '', ...body] = lines
  return [head, rule, ...body, rule]
}

function byPath({ framesByPath }: LegResult): string {
  const used = Object.entries(framesByPath).filter(([, frames]) => frames > 0)
  return used.map(([path, frames]) => `${path} ${frames}`).join(', ') || NOTHING
}

/** +0.3, -1.2, and 0.0 without a sign. */
function signed(db: number): string {
  const text = db.toFixed(1)
  return Number(text) === 0 ? '0.0' : db > 0 ? `+${text}` : text
}

function zero(n: number, { green, red }: Colors): string {
  return n === 0 ? green('0') : red(String(n))
}

function correlation({ correlation: value }: LegResult, { green, red }: Colors): string {
  if (value === null) return NOTHING
  return (value >= MIN_CORRELATION ? green : red)(value.toFixed(4))
}
