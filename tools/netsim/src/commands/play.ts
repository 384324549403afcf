import { access, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { NetsimError } from '../errors.ts'
import { readBaseline, readScale } from '../input-file.ts'
import { comparisonText } from '../report/baseline.ts'
import { replayCommand } from '../report/page/runs.ts'
import { impairmentTable } from '../report/impairment-table.ts'
import { closing, summaryOf } from '../report/summary.ts'
import { tableHead, tableRow } from '../report/table.ts'
import { writeReport } from '../report/write-report.ts'
import { aimsOf, aimText } from '../run/aims.ts'
import { Interruption } from '../run/interruption.ts'
import { runAll } from '../run/run-all.ts'
import { RunFolder } from '../run/run-folder.ts'
import type { Result } from '../run/run-scenario.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { commit } from './commit.ts'

export interface PlayOptions {
  seed: number
  repeat: number
  jobs: number
  json?: true
  report?: string
  baseline?: string
  saveBaseline?: string
  file?: string
  scale?: string
  pcap?: string
  tunDevice?: string
  program?: string
}

/** Play scenarios, tell of each, and write the report that was asked for. Resolves with the exit code. */
export async function play(chosen: readonly Scenario[], options: PlayOptions): Promise<number> {
  const { seed, repeat, jobs, json, tunDevice } = options
  // What is wrong with a file is told before minutes of play.
  const baseline = options.baseline === undefined ? undefined : await readBaseline(options.baseline)
  const scale = options.scale === undefined ? undefined : await readScale(options.scale)
  const program = options.program === undefined ? undefined : await programAt(options.program)
  const own = await RunFolder.open(options.report)
  const folder = own.path
  const pcap = options.pcap === undefined ? undefined : await folderFor(options.pcap)
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  // The last line of --json stays the summary.
  const tell = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`)
  const startedMs = performance.now()
  if (!json) say(tableHead())
  const interruption = new Interruption()
  const results = await runAll(chosen, {
    signal: interruption.signal,
    seed,
    repeat,
    jobs,
    folder,
    file: options.file,
    pcap,
    program,
    tunDevice,
    onResult: (result) => {
      // Where nobody asked for a report, logs are kept only if something failed.
      const kept = result.passed && options.report === undefined ? { ...result, folder: undefined } : result
      say(json ? JSON.stringify(kept) : tableRow(result))
      if (!result.passed) process.stderr.write(`${replayLine(result)}\n`)
    },
    onSetAside: (result) => {
      tell(tableRow(result))
      tell('    so much that nothing was measured: it is played again, alone, when the others are done')
    },
  })
  const durationMs = Math.round(performance.now() - startedMs)
  const { name: interrupted } = interruption
  const summary = { ...summaryOf(results, 0), durationMs, ...(interrupted && { interrupted }) }
  say(json ? JSON.stringify(summary) : `\n${closing(results, durationMs, interrupted)}`)
  const impaired = impairmentTable(results)
  if (impaired !== undefined) tell(`\n${impaired}\n`)
  const aims = aimsOf(results)
  for (const aim of aims) tell(aimText(aim))
  const at = new Date().toISOString()
  const report = { commit: commit(), node: process.version, at, jobs, summary, aims, results }
  let regressions = 0
  if (options.report !== undefined || baseline !== undefined || options.saveBaseline !== undefined) {
    const { files, comparison } = await writeReport(report, {
      folder,
      baseline,
      // Of half a run it would be no baseline.
      saveBaseline: interrupted === undefined ? options.saveBaseline : undefined,
      scale,
    })
    regressions = comparison?.regressions.length ?? 0
    if (comparison !== undefined) tell(comparisonText(comparison))
    tell(`Report: ${files.page}, report.json and junit.xml beside it`)
  }
  await own.close(summary.failed > 0 || baseline !== undefined || options.saveBaseline !== undefined)
  if (pcap !== undefined) tell(`Packets: ${pcap}`)
  interruption.stop()
  if (interrupted !== undefined) return interruption.exitCode
  return summary.failed === 0 && regressions === 0 && aims.every(({ passed }) => passed) ? 0 : 1
}

/** What a person needs to see the failure again. */
function replayLine(result: Result): string {
  const where = `    seed ${result.seed}, commit ${commit()}, logs in ${result.folder}`
  return `${where}\n    ${replayCommand(result)}`
}

async function programAt(name: string): Promise<string> {
  const file = resolve(name)
  await access(file).catch((error: unknown) => {
    throw NetsimError.fileUnusable(file, error)
  })
  return file
}

async function folderFor(name: string): Promise<string> {
  const folder = resolve(name)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw NetsimError.folderUnusable(folder, error)
  })
  return folder
}
