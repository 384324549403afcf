// What the root scripts share. Plain JavaScript for any Node >= 20: it runs before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** The Node 24 that the lockfile pins (devDependency `node`), or the machine's own before the first install. */
export function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const pinned = join(ROOT, 'node_modules', 'node', 'bin', name)
  return existsSync(pinned) ? pinned : process.execPath
}

/** The JavaScript entry of an installed tool, so that no shell and no `.cmd` shim is involved. */
export function tool(...path) {
  return join(ROOT, 'node_modules', ...path)
}

/** PATH with the pinned Node and the project's tools first. */
export function toolEnv(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':'
  const path = [dirname(pinnedNode()), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(separator)
  return { ...process.env, PATH: path, NX_DAEMON: 'false', NX_TUI: 'false', ...extra }
}

/**
 * Runs a command to its end. Ctrl-C reaches the child through the terminal; we only wait for it.
 * @returns {Promise<{code: number, output: string}>} exit code and, when captured, stdout and stderr in order
 */
export function run(command, args, { capture = false, env = toolEnv(), cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit' })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    const ignore = () => {}
    process.on('SIGINT', ignore)
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }))
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output })
    })
  })
}

export const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
