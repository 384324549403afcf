import type { ChildProcess } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** The first line that a child prints, as JSON; rejects when it prints none. */
export async function firstJson(child: ChildProcess): Promise<unknown> {
  if (child.stdout === null) throw new Error('The child has no pipe to read from.')
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line)
  throw new Error(`The child ended without a result (exit code ${child.exitCode}).`)
}

/**
 * The processes that keep one of these network namespaces alive, by being in it or by an open descriptor. It reads
 * /proc, as lsns(8) does.
 */
export function holdersOf(namespaces: readonly string[]): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => linksOf(pid).some((link) => namespaces.includes(link))).map(Number)
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
