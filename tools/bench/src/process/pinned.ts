import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { removeAllScratch } from './scratch.ts'

/** Whoever is measured has this core, and everybody else the other one. */
export const SENDER_CORE = 0
export const OTHERS_CORE = 1

/** Every process that this one started and that may still run. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  removeAllScratch()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

/** Asked before `pinSelf`: whoever is pinned is told of one core. */
const CORES = availableParallelism()
let canPin: boolean | undefined

/** On a core of its own, where the system can do that. */
export function spawnPinned(
  core: number,
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; stdio?: StdioOptions } = {},
): ChildProcess {
  canPin ??= CORES > 1 && spawnSync('taskset', ['--version']).status === 0
  const [command, ...all] = canPin ? ['taskset', '-c', String(core), program, ...args] : [program, ...args]
  const child = spawn(command ?? program, all, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** This process makes room for the sender as well. */
export function pinSelf(): void {
  if (CORES > 1) spawnSync('taskset', ['-a', '-p', '-c', String(OTHERS_CORE), String(process.pid)])
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} did not start`)
  return child.pid
}

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
