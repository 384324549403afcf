import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { deviceForAll, ordinaryUser } from './tun/testing/ordinary-user.ts'
import { pidsInLab, WatchedNamespaces } from './tun/testing/processes.ts'
import { requireTun } from './tun/testing/requirements.ts'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const EXAMPLE = join(PROJECT, 'examples/two-programs.ts')
const DOCS = join(PROJECT, '../../docs/netsim.md')

interface Ended {
  code: number | string
  stdout: string
}

function run(command: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: 50_000 }, (error, stdout) => {
      resolve({ code: error === null ? 0 : (error.code ?? -1), stdout })
    })
  })
}

test('the example runs in a project of its own, which has nothing but the lab', async (context) => {
  requireTun(context)
  const other = mkdtempSync(join(tmpdir(), 'netsim-other-'))
  onTestFinished(() => rmSync(other, { recursive: true }))
  cpSync(join(PROJECT, 'examples'), other, { recursive: true })
  // As docs/netsim.md says.
  mkdirSync(join(other, 'node_modules/@pearcast'), { recursive: true })
  symlinkSync(PROJECT, join(other, 'node_modules/@pearcast/netsim'))
  const { code, stdout } = await run(process.execPath, ['two-programs.ts', 'home', 'mobile-cgnat'], other)
  expect(stdout).toContain('alice heard "hello from bob"')
  expect(stdout).toContain('bob heard "hello from alice"')
  expect(stdout).toContain('packets that would have left the lab: 0')
  expect(code).toBe(0)
})

test('the example fails where theory says so: two NATs that give each destination another port', async (context) => {
  requireTun(context)
  const { code, stdout } = await run(process.execPath, [EXAMPLE, 'corporate', 'corporate'])
  expect(stdout).toContain('corporate and corporate do not reach each other')
  expect(code).toBe(1)
})

test('the example runs without root', async (context) => {
  requireTun(context)
  const device = deviceForAll(context)
  const [command = '', ...before] = ordinaryUser(EXAMPLE)
  const { code } = await run(command, [...before, process.execPath, EXAMPLE, 'home', 'hotspot', device])
  expect(code).toBe(0)
})

test('of the example nothing is left after kill -9', async (context) => {
  requireTun(context)
  const child = spawn(process.execPath, [EXAMPLE], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const watched = new WatchedNamespaces(pidsInLab(child.pid ?? 0))
  onTestFinished(() => {
    watched.close()
  })
  expect(watched.holders().length).toBeGreaterThan(0)
  child.kill('SIGKILL')
  for (let i = 0; i < 100 && watched.holders().length > 0; i++) await sleep(100)
  expect(watched.holders()).toEqual([])
})

test('what the documentation quotes of the example stands in it', () => {
  const chapter = readFileSync(DOCS, 'utf8').split('\n## For your own programs\n')[1] ?? ''
  const quoted = /```ts\n(.*?)```/s.exec(chapter)?.[1]?.trim().split('\n') ?? []
  const example = withoutSpace(readFileSync(EXAMPLE, 'utf8'))
  expect(quoted.length).toBeGreaterThan(5)
  for (const line of quoted) expect(example).toContain(withoutSpace(line))
})

/** The lines of a page are wider than those of a program. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/g, '').replaceAll(',]', ']')
}
