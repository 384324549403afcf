import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { firstJson, holdersOf } from './testing/processes.ts'
import { requireTun, skipWithout } from './testing/requirements.ts'

const PROGRAM = fileURLToPath(new URL('./testing/lab-program.ts', import.meta.url))
const PATIENCE_MS = 8000

/** Only what the test itself started, should it fail. */
const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** A lab in a process group of its own, with a child and a grandchild in each host. */
async function startLab(
  ending: string,
  prefix: readonly string[] = [],
  device: readonly string[] = [],
): Promise<{ child: ChildProcess; lab: number; namespaces: string[] }> {
  const [command = process.execPath, ...args] = [...prefix, process.execPath, PROGRAM, ending, ...device]
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  started.push(child)
  const { lab, namespaces } = (await firstJson(child)) as { lab: number; namespaces: string[] }
  return { child, lab, namespaces }
}

/** Whatever is still there of a lab after a while; nothing, if all is well. */
async function remainsOf(namespaces: readonly string[]): Promise<number[]> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    const holders = holdersOf(namespaces)
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
      const { namespaces } = await startLab(ending)
      expect(namespaces).toHaveLength(2)
      expect(await remainsOf(namespaces)).toEqual([])
    })
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    test(`after ${signal}`, async (context) => {
      requireTun(context)
      const { child, namespaces } = await startLab('wait')
      // The lab, its warden, and a shell and a shell's child in each host: the scan does see them.
      expect(holdersOf(namespaces).length).toBeGreaterThanOrEqual(6)
      process.kill(pidOf(child), signal)
      expect(await remainsOf(namespaces)).toEqual([])
    })
  }

  test('after Ctrl-C, which reaches the whole process group', async (context) => {
    requireTun(context)
    const { child, namespaces } = await startLab('wait')
    process.kill(-pidOf(child), 'SIGINT')
    expect(await remainsOf(namespaces)).toEqual([])
  })
})

describe('without root', () => {
  test('a lab opens in a user namespace, and dies with the process that asked for it', async (context) => {
    requireTun(context)
    const folder = mkdtempSync(join(tmpdir(), 'netsim-'))
    try {
      const device = join(folder, 'tun')
      const made = spawnSync('mknod', [device, 'c', '10', '200'], { encoding: 'utf8' })
      skipWithout(context, made.status === 0 ? undefined : `mknod: ${made.stderr}`)
      chmodSync(device, 0o666)
      chmodSync(folder, 0o755)
      const { child, lab, namespaces } = await startLab('wait', ordinaryUser(), [device])
      expect(lab).not.toBe(child.pid)
      expect(holdersOf(namespaces).length).toBeGreaterThanOrEqual(6)
      child.kill('SIGKILL')
      expect(await remainsOf(namespaces)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** Nobody; or, if the checkout is closed to others, root without a single capability. */
function ordinaryUser(): string[] {
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--']
  const [command = '', ...args] = [...nobody, 'test', '-r', PROGRAM, '-a', '-x', process.execPath]
  if (spawnSync(command, args).status === 0) return nobody
  return ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--']
}
