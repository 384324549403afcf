import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { deviceForAll, ordinaryUser } from './tun/testing/ordinary-user.ts'
import { pidsInLab, WatchedNamespaces } from './tun/testing/processes.ts'
import { requireTun } from './tun/testing/requirements.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const run = promisify(execFile)

test('names that nothing has are an error, and the list is the list', async () => {
  const { stdout } = await run(process.execPath, [MAIN, '--list', '--only', '/^matrix.*x cgnat$/'])
  expect(stdout.trim().split('\n')).toHaveLength(9)
  await expect(run(process.execPath, [MAIN, '--only', 'nothing like that'])).rejects.toMatchObject({
    code: 2,
  })
})

test.each([
  [['--only', 'matrix/publik x public'], /Did you mean "matrix\/public x public"/],
  [['--only', '/[/'], /^error: \/\[\/ is not a regular expression/],
  [['--shell', 'nohost'], /^error: There is no host "nohost" in this lab. Known: .*broadcaster/],
  [['--seed', '-1'], /^error: .*'--seed <n>'.*not a whole number from 0 on/],
  [
    ['--file', '/nowhere.json'],
    /^error: \/nowhere\.json cannot be used as a scenario file \(there is no such file\): name /,
  ],
  [
    ['--baseline', MAIN, '--only', 'matrix/public x public'],
    /^error: .*main\.ts cannot be used as a baseline \(it is no JSON, see line 1\): name /,
  ],
  [['chaos', '--without', 'luck'], /^error: .*'--without <mechanism>'.*Allowed choices/],
  [['report', MAIN], /^error: .*main\.ts cannot be used as a report /],
  [['--jobs', '0'], /^error: .*'--jobs <n>'.*at least 1/],
  [['--shell', 'listener', '--json'], /^error: --shell and --json do not go together/],
  [['chaos', '--list'], /^error: chaos cannot take --list/],
  [['--repeat', '1000000'], /^error: .*'--repeat <n>'.*at most/],
  [['reprot', 'x'], /^error: There is no command "reprot": there are report, chaos/],
  [['--list', '--shell', 'nohost'], /^error: --list and --shell do not go together/],
  [['probe', '--bootstrap', 'nonsense'], /^error: .*nonsense/],
  [['scale', '--listeners', '2000000'], /^error: .*'--listeners <n,...>'.*at most 1000000/],
  [['--onyl', 'x'], /^error: unknown option '--onyl'/],
])('%j is a mistake that is told in plain words, with exit code 2', async (args, words) => {
  const failure: unknown = await run(process.execPath, [MAIN, ...args]).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(words) })
  expect(failure).toMatchObject({ stderr: expect.not.stringContaining('    at ') })
})

test('an ordinary user plays a scenario, with a TUN node that he may open', async (context) => {
  requireTun(context)
  const device = deviceForAll(context)
  const [command = '', ...before] = ordinaryUser(MAIN)
  const args = [...before, process.execPath, MAIN, '--only', 'matrix/public x public', '--json']
  const { stdout } = await run(command, [...args, '--tun-device', device], { timeout: 110_000 })
  const [result, summary] = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(result).toMatchObject({ name: 'matrix/public x public', heard: { playsAtEnd: true } })
  expect(summary).toMatchObject({ backend: 'tun', pairs: 1, heard: 1, skipped: 0, failed: 0, retries: 0 })
}, 120_000)

test('who is ended in the middle writes down what was played, and leaves no home behind', async (context) => {
  requireTun(context)
  const report = mkdtempSync(join(tmpdir(), 'pearcast-interrupted-'))
  onTestFinished(() => rmSync(report, { recursive: true, force: true }))
  const args = ['--only', 'matrix/public x public', '--repeat', '50', '--jobs', '1', '--json']
  const child = spawn(process.execPath, [MAIN, ...args, '--report', report], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  child.stdout.resume()
  expect(await once(child, 'exit')).toEqual([143, null])
  const written: unknown = JSON.parse(readFileSync(join(report, 'report.json'), 'utf8'))
  expect(written).toMatchObject({
    summary: { interrupted: 'SIGTERM' },
    results: expect.arrayContaining([expect.objectContaining({ passed: true })]),
  })
  expect(homesIn(report)).toEqual([])
  expect(readdirSync(report)).not.toContain('.running')
}, 120_000)

test('of a run that is killed nothing is left: no process, no namespace, no home', async (context) => {
  requireTun(context)
  const temporary = mkdtempSync(join(tmpdir(), 'pearcast-killed-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const args = ['--only', '/public x (public|full-cone)$/', '--jobs', '2', '--repeat', '50']
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const { pid = 0 } = child
  await until(() => homesIn(temporary).length >= 2)
  const watched = new WatchedNamespaces(pidsInLab(pid))
  onTestFinished(() => {
    watched.close()
  })
  expect(watched.holders().length).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await until(() => watched.holders().length === 0 && readdirSync(temporary).length === 0)
}, 120_000)

/** The homes of the programs that play into a folder. */
function homesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('-home'))
}

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isSo(); i++) await sleep(100)
  expect(isSo()).toBe(true)
}

test('a probe that nobody answers says so, and writes nothing', async () => {
  const failure: unknown = await run(process.execPath, [
    MAIN,
    'probe',
    '--bootstrap',
    '127.0.0.1:9',
    '--out',
    join(tmpdir(), 'pearcast-never-written.json'),
  ]).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: No answer over UDP/),
  })
}, 30_000)
