import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
/** It takes an hour, if nobody ends it. */
const ENDLESS = '200000'

test('a signal ends a scale run with what is finished', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsim-scale-'))
  const out = join(folder, 'scale.json')
  const args = [MAIN, 'scale', '--json', '--listeners', `20,${ENDLESS}`, '--relays', '30', '--out', out]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const said = text(child.stderr)
  await once(child.stdout, 'data')
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  // Windows has no signals for others: there it is killed at once, and what was finished is kept all the same.
  const isTold = process.platform !== 'win32'
  expect(await ended).toEqual(isTold ? [130, null] : [null, 'SIGINT'])
  expect(await said).toContain(isTold ? `Of 2 runs finished: 1, in ${out}.` : '')
  const report: unknown = JSON.parse(readFileSync(out, 'utf8'))
  const timesRealTimeIn = {
    arrival: expect.any(Number),
    churn: expect.any(Number),
    partition: expect.any(Number),
  }
  expect(report).toMatchObject({ runs: [{ listeners: 20, relays: 0.3, seed: 1, timesRealTimeIn }] })
})

test('which aims a tree met is told in a line, and one that it missed fails nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsim-scale-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // Hardly anybody relays: most have no place, and never hear.
  const args = [MAIN, 'scale', '--listeners', '20', '--relays', '1', '--out', join(folder, 'scale.json')]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(said).toMatch(/^  aims met: copies <= 8, .*; missed: healed within 10 s$/m)
  expect(code).toBe(0)
})
