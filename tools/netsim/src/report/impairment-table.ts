import type { Result } from '../run/run-scenario.ts'

const GROUP = 'impairments'
const HEAD = [
  '| line | concealed | interruptions | longest gap | latency p50 / p95 |',
  '| --- | ---: | ---: | ---: | ---: |',
]

/** What bad lines came to, in Markdown, a row a play; undefined when none was played. */
export function impairmentTable(
  results: readonly Pick<Result, 'name' | 'group' | 'heard'>[],
): string | undefined {
  const rows = results.filter(({ group }) => group === GROUP).map(row)
  return rows.length === 0 ? undefined : [...HEAD, ...rows].join('\n')
}

function row({ name, heard }: Pick<Result, 'name' | 'heard'>): string {
  const line = name.slice(GROUP.length + 1)
  if (heard === undefined) return `| ${line} | silent | | | |`
  const { framesConcealed, framesSent, gapMs, interruptions, latencyMs } = heard
  const share = framesSent === 0 ? 0 : framesConcealed / framesSent
  const latency =
    latencyMs === undefined ? '–' : `${Math.round(latencyMs.p50)} / ${Math.round(latencyMs.p95)} ms`
  return `| ${line} | ${(100 * share).toFixed(2)} % | ${interruptions} | ${Math.round(gapMs)} ms | ${latency} |`
}
