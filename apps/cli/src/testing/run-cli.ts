import { spawn } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '..', 'main.ts')

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** The real command in a process of its own, with its keys in `home`, to its end. */
export function runCli(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const all = { ...process.env, PEARCAST_HOME: home, PEARCAST_BOOTSTRAP: '', NO_COLOR: '1', ...env }
    const child = spawn(process.execPath, [MAIN, ...args], { env: all, stdio: ['ignore', 'pipe', 'pipe'] })
    const ran = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (ran.stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (ran.stderr += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...ran }))
  })
}
