import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NetsimError } from '../errors.ts'
import { baselineOf, compare, type Baseline, type Comparison } from './baseline.ts'
import { junitOf } from './junit.ts'
import { pageOf } from './page/page.ts'
import { parseReport, type Report } from './run-data.ts'

export interface WriteOptions {
  folder: string
  baseline?: Baseline | undefined
  /** Where to keep what this report comes to. */
  saveBaseline?: string | undefined
  scale?: unknown
}

export interface Written {
  files: { json: string; page: string; junit: string }
  comparison: Comparison | undefined
}

/** Write report.json, report.html and junit.xml into a folder. */
export async function writeReport(value: object, options: WriteOptions): Promise<Written> {
  const { folder, baseline, saveBaseline, scale } = options
  // As a reader of the file would see it.
  const text = JSON.stringify(value, undefined, 2)
  const report: Report = parseReport(JSON.parse(text))
  const comparison = baseline && compare(report, baseline)
  const files = {
    json: join(folder, 'report.json'),
    page: join(folder, 'report.html'),
    junit: join(folder, 'junit.xml'),
  }
  await writeFile(files.json, `${text}\n`)
  await writeFile(files.page, pageOf(report, { comparison, scale }))
  await writeFile(files.junit, junitOf(report))
  if (saveBaseline !== undefined) await save(saveBaseline, baselineOf(report))
  return { files, comparison }
}

async function save(file: string, baseline: Baseline): Promise<void> {
  await writeFile(file, `${JSON.stringify(baseline, undefined, 1)}\n`).catch((error: unknown) => {
    throw NetsimError.fileUnusable(file, error)
  })
}
