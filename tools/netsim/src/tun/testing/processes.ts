import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** The first line that a child prints, as JSON of the type that its program promises; rejects when it prints none. */
export async function firstJson<T>(child: ChildProcess): Promise<T> {
  if (child.stdout === null) throw new Error('The child has no pipe to read from.')
  for await (const line of createInterface({ input: child.stdout })) {
    const value: T = JSON.parse(line)
    return value
  }
  throw new Error(`The child ended without a result (exit code ${child.exitCode}).`)
}

/** The processes that a process has started, and theirs, which stand in another network namespace than it. */
export function pidsInLab(pid: number): number[] {
  const outside = readlinkSync(`/proc/${pid}/ns/net`)
  const childrenOf = (parent: number): number[] => {
    const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    return own.flatMap((name) => [Number(name), ...childrenOf(Number(name))])
  }
  return childrenOf(pid).filter((each) => {
    try {
      return readlinkSync(`/proc/${each}/ns/net`) !== outside
    } catch {
      return false // It ended meanwhile.
    }
  })
}

function parentOf(pid: string): number | undefined {
  try {
    // proc_pid_stat(5): the second field is in brackets and may contain anything, the fourth is the parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined // It ended meanwhile.
  }
}

/**
 * The network namespaces of some processes, held open by this one: only so do their numbers stay theirs. Another lab
 * gets the number of a namespace as soon as that is gone.
 */
export class WatchedNamespaces {
  readonly #fds: readonly number[]
  readonly #names: readonly string[]

  constructor(pids: readonly number[]) {
    this.#fds = pids.map((pid) => openSync(`/proc/${pid}/ns/net`, 'r'))
    this.#names = this.#fds.map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
  }

  /** The other processes that keep them alive, by being in one or by an open descriptor; as lsns(8) finds them. */
  holders(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    return pids.filter((pid) => linksOf(pid).some((link) => this.#names.includes(link))).map(Number)
  }

  /** Let go, and kill what should not have been there any more. */
  close(): void {
    // One may have forked while it was looked at.
    for (let i = 0; i < 3; i++) for (const pid of this.holders()) kill(pid)
    for (const fd of this.#fds) closeSync(fd)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return // It ended meanwhile.
  }
}

function linksOf(pid: string): string[] {
  try {
    const fds = readdirSync(`/proc/${pid}/fd`).map((fd) => `fd/${fd}`)
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `task/${thread}/ns/net`)
    return [...fds, ...threads].flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${pid}/${name}`)]
      } catch {
        return []
      }
    })
  } catch {
    return [] // It ended meanwhile.
  }
}
