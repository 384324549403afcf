import { readdirSync, readFileSync } from 'node:fs'

/** How many files and sockets this process may have open; undefined where nothing says so, as on Windows. */
export function openFilesLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return line === null ? undefined : Number(line[1])
  } catch {
    return limitOfReport()
  }
}

/** How many are open now; undefined where the system does not list them. */
export function openFilesCount(): number | undefined {
  try {
    return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length
  } catch {
    return undefined
  }
}

/** Slower by a thousand: it describes the whole process. */
function limitOfReport(): number | undefined {
  if (process.platform === 'win32') return undefined
  const report: unknown = process.report.getReport()
  const limits: unknown = Object(Object(report)['userLimits'])['open_files']
  const soft: unknown = Object(limits)['soft']
  return typeof soft === 'number' ? soft : undefined
}
