import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect } from 'vitest'
import { MAIN, Pearcast, ROOT } from './testing/pearcast.ts'
import { testWith } from './testing/tools.ts'

/** What a process passes to all that it starts. */
const MARK = 'PEARCAST_TEST_FAMILY'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-wrappers-test-'))
})
afterEach(async () => {
  for (const pid of family()) process.kill(pid, 'SIGKILL')
  await rm(folder, { recursive: true })
})

/** The processes below this test, wherever they hang now that their parents may be gone. */
function family(): number[] {
  if (!existsSync('/proc/self/environ')) return []
  const isOurs = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${folder}\0`)
    } catch {
      return false
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isOurs(name))
    .map(Number)
}

/** A script that runs `command` to its end, as those in scripts/ do. */
async function wrapper(name: string, ...command: string[]): Promise<string> {
  const file = join(folder, name)
  const lib = pathToFileURL(join(ROOT, 'scripts', 'lib.mjs')).href
  const run = `run(process.execPath, ${JSON.stringify(command)}, { channel: true, env: process.env })`
  await writeFile(file, `import { run } from ${JSON.stringify(lib)}\nprocess.exit((await ${run}).code)\n`)
  return file
}

/** Orphans are found through /proc, which is of Linux. */
testWith('/proc/self/environ').for(['SIGTERM', 'SIGKILL'] as const)(
  'after %s to the outermost script nothing of a demo is left',
  async (signal) => {
    const demo = [MAIN, 'demo', '--path', 'swarm', '--duration', '60', '--json', '--keep', folder]
    const outer = await wrapper('outer.mjs', await wrapper('inner.mjs', ...demo))
    const started = new Pearcast([], { ...process.env, [MARK]: folder }, [process.execPath, outer])
    await started.until(({ event, phase }) => event === 'phase' && phase === 'playing', 30_000)
    // Two scripts, the demo, its broadcaster and its listener.
    expect(family()).toHaveLength(5)
    expect(await started.stop(signal)).toBe(signal === 'SIGTERM' ? 0 : signal)
    const deadlineMs = performance.now() + 20_000
    while (family().length > 0 && performance.now() < deadlineMs) await sleep(50)
    expect(family()).toEqual([])
  },
)
