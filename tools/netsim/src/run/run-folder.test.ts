import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** As a run with a play in it leaves its folder when it is killed together with its wardens. */
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

function writePlay(folder: string): void {
  mkdirSync(join(folder, 'a-play', SCRATCH, 'listener-home'), { recursive: true })
  writeFileSync(join(folder, 'a-play', 'listener.log'), 'heard\n')
}

test('what a killed run left in a temporary folder is removed by the next one', async () => {
  const left = await killedRun()
  expect(readdirSync(left)).toEqual(expect.arrayContaining(['.running', 'a-play']))
  await RunFolder.open()
  expect(existsSync(left)).toBe(false)
})

test('of what it left in its report the logs stay', async () => {
  const report = join(tmpdir(), 'report')
  await killedRun(report)
  await RunFolder.open(report)
  expect(readdirSync(join(report, 'a-play'))).toEqual(['listener.log'])
})

test('the folder of a run that still plays is left alone, and so is what a failure has to show', async () => {
  const playing = await RunFolder.open()
  const failed = await RunFolder.open()
  const passed = await RunFolder.open()
  for (const { path } of [playing, failed, passed]) writePlay(path)
  await failed.close(true)
  await passed.close(false)
  await RunFolder.open()
  expect(readdirSync(join(playing.path, 'a-play'))).toEqual(['listener.log', SCRATCH])
  expect(readdirSync(failed.path)).toEqual(['a-play'])
  expect(existsSync(passed.path)).toBe(false)
})
