import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set<string>()

/** A folder that is gone when this process is, also when Ctrl-C ends it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pearcast-bench-'))
  folders.add(folder)
  return folder
}

export function removeScratch(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folders.delete(folder)
}

export function removeAllScratch(): void {
  folders.forEach(removeScratch)
}
