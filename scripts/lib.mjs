// What the root scripts share. Plain JavaScript for any Node >= 20: it runs before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
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

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** In a terminal, Ctrl-C reaches the children by itself; from us it would be the second one, which forces an end. */
const inTerminal = [0, 1, 2].some((stream) => isatty(stream))

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
/** @type {NodeJS.Signals | undefined} what asked us to end; the children's end is then ours */
let asked

/** @param {NodeJS.Signals} signal */
function passOn(signal) {
  asked ??= signal
  if (signal === 'SIGINT' && inTerminal) return
  for (const child of children) {
    // The channel's end asks once, even where the signal went to the whole process group and so to the child as well.
    if (child.connected) child.disconnect()
    else child.kill(signal)
  }
}

const onDisconnect = () => passOn('SIGTERM')

function follow(child) {
  if (children.size === 0) {
    for (const signal of SIGNALS) process.on(signal, passOn)
    if (process.connected) process.on('disconnect', onDisconnect)
  }
  children.add(child)
  // The parent went before we listened.
  if (process.send !== undefined && !process.connected) onDisconnect()
}

function unfollow(child, code) {
  children.delete(child)
  if (children.size > 0) return
  if (asked !== undefined) process.exit(code === 0 && asked === 'SIGINT' ? 130 : code)
  for (const signal of SIGNALS) process.off(signal, passOn)
  process.off('disconnect', onDisconnect)
}

/**
 * Runs a command to its end. What asks this process to end is passed on; then the child's exit code is ours.
 * With `channel` the child, one of our own programs, ends with this process even if that is killed.
 * @returns {Promise<{code: number, output: string}>} exit code and, when captured, stdout and stderr in order
 */
export function run(command, args, { capture = false, channel = false, env = toolEnv(), cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const streams = capture ? ['ignore', 'pipe', 'pipe'] : ['inherit', 'inherit', 'inherit']
    const child = spawn(command, args, { cwd, env, stdio: channel ? [...streams, 'ipc'] : streams })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    const end = (code, words = output) => {
      unfollow(child, code)
      resolve({ code, output: words })
    }
    follow(child)
    child.on('error', (error) => end(127, `${command}: ${error.message}`))
    // Node's 'close' never comes once we have closed the channel.
    child.on(channel ? 'exit' : 'close', (code, signal) => end(code ?? 128 + constants.signals[signal]))
  })
}

export const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
