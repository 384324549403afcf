import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { NetsimError } from '../errors.ts'
import { readBaseline, readReport, readScale } from '../input-file.ts'
import { comparisonText } from '../report/baseline.ts'
import { writeReport } from '../report/write-report.ts'

export interface RenderOptions {
  out?: string
  baseline?: string
  saveBaseline?: string
  scale?: string
}

/** Write the page and the JUnit file of a report that was kept. Resolves with the exit code. */
export async function renderReport(file: string, options: RenderOptions): Promise<number> {
  const report = await readReport(file)
  const folder = resolve(options.out ?? dirname(file))
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw NetsimError.folderUnusable(folder, error)
  })
  const { files, comparison } = await writeReport(report, {
    folder,
    baseline: options.baseline === undefined ? undefined : await readBaseline(options.baseline),
    saveBaseline: options.saveBaseline,
    scale: options.scale === undefined ? undefined : await readScale(options.scale),
  })
  if (comparison !== undefined) process.stdout.write(`${comparisonText(comparison)}\n`)
  process.stdout.write(`Report: ${files.page}\n`)
  return comparison === undefined || comparison.regressions.length === 0 ? 0 : 1
}
