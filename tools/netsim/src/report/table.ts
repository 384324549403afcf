import colors from 'picocolors'
import type { Result } from '../run/run-scenario.ts'

const NAME_WIDTH = 62
const COLUMNS = ['heard', 'path', 'via', 'first sound', 'p50/p95', 'gap'] as const
/** What is shorter excuses nothing that a limit would notice. */
const WORTH_SAYING_MS = 50
const WIDTHS = [9, 7, 9, 11, 9, 7] as const

/** The head of the table. */
export function tableHead(): string {
  return colors.dim(row('scenario', COLUMNS))
}

/** A line for a result, and below it what is wrong. */
export function tableRow(result: Result): string {
  const mark = result.passed ? colors.green('✔') : colors.red('✖')
  const line = `${mark} ${row(result.name, cells(result)).slice(2)}`
  const style = result.passed ? colors.dim : colors.red
  const problems =
    result.passed && result.expected !== 'failure'
      ? []
      : result.problems.map((problem) => style(`    ${problem}`))
  return [line, ...problems, ...heldUp(result)].join('\n')
}

/** Said when it may have mattered. */
function heldUp({ held, expected }: Result): string[] {
  if (held.worstMs < WORTH_SAYING_MS) return []
  const text = `the machine held the lab up for up to ${held.worstMs} ms, ${held.totalMs} ms in all`
  const widened = expected === 'failure' ? '' : ': limits were widened by that'
  return [colors.dim(`    ${text}${widened}`)]
}

function cells({ heard, errors, expected }: Result): string[] {
  if (heard === undefined)
    return [errors.at(-1)?.code ?? (expected === 'diagnosis' ? 'told' : 'silent'), '-', '-', '-', '-', '-']
  const { latencyMs } = heard
  return [
    'heard',
    heard.path ?? '-',
    heard.via ?? '-',
    `${heard.firstSoundMs} ms`,
    latencyMs === undefined ? '-' : `${Math.round(latencyMs.p50)}/${Math.round(latencyMs.p95)}`,
    `${heard.gapMs}`,
  ]
}

function row(name: string, values: readonly string[]): string {
  const rest = values.map((value, i) => value.padStart(WIDTHS[i] ?? 0)).join(' ')
  return `  ${fitted(name).padEnd(NAME_WIDTH)} ${rest}`
}

/** Cut in the middle: names of a group begin alike, those of the controls of a scenario differ at the end. */
export function fitted(name: string): string {
  if (name.length <= NAME_WIDTH) return name
  const tail = Math.ceil((NAME_WIDTH - 1) / 2)
  return `${name.slice(0, NAME_WIDTH - 1 - tail)}…${name.slice(-tail)}`
}
