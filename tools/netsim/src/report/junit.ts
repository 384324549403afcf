import { escapeText } from './page/html.ts'
import { replayCommand } from './page/runs.ts'
import type { Report, Run } from './run-data.ts'

/** The runs as JUnit XML, a test suite for each group, for whatever shows such files. */
export function junitOf({ results }: Report): string {
  const groups = [...Map.groupBy(results, ({ group }) => group)]
  const suites = groups.map(([group, runs]) => {
    return `  <testsuite name="${escapeText(group)}" ${counts(runs)}>\n${runs.map(testCase).join('')}  </testsuite>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="netsim" ${counts(results)}>\n${suites.join('')}</testsuites>\n`
}

function counts(runs: readonly Run[]): string {
  const failures = runs.filter(({ passed }) => !passed).length
  const seconds = runs.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  return `tests="${runs.length}" failures="${failures}" errors="0" skipped="0" time="${seconds.toFixed(3)}"`
}

function testCase(run: Run): string {
  const { name, group, seed, passed, problems, durationMs } = run
  const attributes = `name="${escapeText(name)} [seed ${seed}]" classname="netsim.${escapeText(group)}" time="${(durationMs / 1000).toFixed(3)}"`
  if (passed) return `    <testcase ${attributes}/>\n`
  const message = escapeText(problems[0] ?? 'failed')
  const body = escapeText([...problems, replayCommand(run)].join('\n'))
  return `    <testcase ${attributes}>\n      <failure message="${message}">${body}</failure>\n    </testcase>\n`
}
