import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RunFolder, SCRATCH } from './run-folder.ts'

const MODULE = fileURLToPath(new URL('./run-folder.ts', import.meta.url))

beforeEach(() => {
  const temporary = mkdtempSync(join(tmpdir(), 'pearcast-folders-'))
  vi.stubEnv('TMPDIR', temporary)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(temporary, { recursive: true, force: true })
  })
})

/** A run with a play in its folder, in a process that is killed. */
async function killedRun(name?: string): Promise<string> {
  const program = `
    import { RunFolder } from ${JSON.stringify(MODULE)}
    const { path } = await RunFolder.open(${name === undefined ? '' : JSON.stringify(name)})
    process.stdout.write(path)
    setInterval(() => undefined, 1000)
  `
  const run = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void run.kill('SIGKILL'))
  const [path] = await once(run.stdout, 'data')
  writePlay(String(path))
  run.kill('SIGKILL')
  await once(run, 'exit')
  return String(path)
}

/** As a run leaves its folder that is killed together with its sweeper. */
async function abandon(run: RunFolder): Promise<string> {
  writePlay(run.path)
  const file = join(run.path, '.running')
  const [, ...rest] = readFileSync(file, 'utf8').split(' ')
  await run.close(true)
  const ended = spawnSync('true').pid
  writeFileSync(file, [ended, ...rest].join(' '))
  return run.path
}

function writePlay(folder: string): void {
  mkdirSync(join(folder, 'a-play', SCRATCH, 'listener-home'), { recursive: true })
  writeFileSync(join(folder, 'a-play', 'listener.log'), 'heard\n')
}

async function isGone(path: string): Promise<boolean> {
  for (let i = 0; i < 300 && existsSync(path); i++) await sleep(100)
  return !existsSync(path)
}

test('of a run that is killed the temporary folder is removed at once', async () => {
  const left = await killedRun()
  expect(await isGone(left)).toBe(true)
})

test('of its report the logs stay', async () => {
  const report = join(tmpdir(), 'report')
  await killedRun(report)
  expect(await isGone(join(report, '.running'))).toBe(true)
  expect(readdirSync(join(report, 'a-play'))).toEqual(['listener.log'])
})

test('what a run left that was killed together with its sweeper is removed by the next one', async () => {
  const left = await abandon(await RunFolder.open())
  const report = await abandon(await RunFolder.open(join(tmpdir(), 'report')))
  const next = await RunFolder.open(report)
  onTestFinished(() => next.close(false))
  expect(existsSync(left)).toBe(false)
  expect(readdirSync(join(report, 'a-play'))).toEqual(['listener.log'])
})

test('the folder of a run that still plays is left alone, and so is what a failure has to show', async () => {
  const playing = await RunFolder.open()
  const failed = await RunFolder.open()
  const passed = await RunFolder.open()
  for (const { path } of [playing, failed, passed]) writePlay(path)
  await failed.close(true)
  await passed.close(false)
  await (await RunFolder.open()).close(false)
  expect(readdirSync(join(playing.path, 'a-play'))).toEqual(['listener.log', SCRATCH])
  expect(readdirSync(failed.path)).toEqual(['a-play'])
  expect(existsSync(passed.path)).toBe(false)
  await playing.close(false)
})

test('who is killed does not sweep what the next run plays into the same report', async () => {
  const report = join(tmpdir(), 'report')
  await killedRun(report)
  const next = await RunFolder.open(report)
  onTestFinished(() => next.close(false))
  // The sweeper may have looked who plays there just before.
  await sleep(1000)
  writePlay(report)
  await sleep(1500)
  expect(existsSync(join(report, 'a-play', SCRATCH, 'listener-home'))).toBe(true)
})
