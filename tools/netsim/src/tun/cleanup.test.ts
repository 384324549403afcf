import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, type TestContext } from 'vitest'
import { firstJson, WatchedNamespaces } from './testing/processes.ts'
import { deviceForAll, ordinaryUser } from './testing/ordinary-user.ts'
import { requireTun } from './testing/requirements.ts'

const PROGRAM = fileURLToPath(new URL('./testing/lab-program.ts', import.meta.url))
const PATIENCE_MS = 8000

interface RunningLab {
  child: ChildProcess
  /** The process that owns the lab; another one than `child` in a user namespace. */
  lab: number
  watched: WatchedNamespaces
}

/** A lab in a process group of its own, with a child and a grandchild in each of its two hosts. */
async function startLab(context: TestContext, command: readonly string[]): Promise<RunningLab> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  context.onTestFinished(() => void child.kill('SIGKILL'))
  const { lab, children } = await firstJson<{ lab: number; children: number[] }>(child)
  const watched = new WatchedNamespaces(children)
  context.onTestFinished(() => {
    watched.close()
  })
  // The lab, its warden, a shell and a shell of that one in each host: the scan does see them.
  expect(watched.holders().length).toBeGreaterThanOrEqual(6)
  return { child, lab, watched }
}

/** Whatever is still there of a lab after a while; nothing, if all is well. */
async function remainsOf(watched: WatchedNamespaces): Promise<number[]> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    const holders = watched.holders()
    if (holders.length === 0 || performance.now() > untilMs) return holders
    await sleep(50)
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The child did not start.')
  return child.pid
}

describe('nothing of a lab is left', () => {
  for (const ending of ['close', 'exit', 'throw']) {
    test(`after the end by ${ending}`, async (context) => {
      requireTun(context)
      const { child, watched } = await startLab(context, [process.execPath, PROGRAM, ending])
      child.stdin?.end()
      expect(await remainsOf(watched)).toEqual([])
    })
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    test(`after ${signal}`, async (context) => {
      requireTun(context)
      const { child, watched } = await startLab(context, [process.execPath, PROGRAM])
      child.kill(signal)
      expect(await remainsOf(watched)).toEqual([])
    })
  }

  test('after Ctrl-C, which reaches the whole process group', async (context) => {
    requireTun(context)
    const { child, watched } = await startLab(context, [process.execPath, PROGRAM])
    process.kill(-pidOf(child), 'SIGINT')
    expect(await remainsOf(watched)).toEqual([])
  })
})

describe('without root', () => {
  test('a lab opens in a user namespace, and dies with the process that asked for it', async (context) => {
    requireTun(context)
    const device = deviceForAll(context)
    const command = [...ordinaryUser(PROGRAM), process.execPath, PROGRAM, 'close', device]
    const { child, lab, watched } = await startLab(context, command)
    expect(lab).not.toBe(child.pid)
    child.kill('SIGKILL')
    expect(await remainsOf(watched)).toEqual([])
  })
})
