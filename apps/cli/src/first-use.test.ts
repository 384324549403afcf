import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tellFirstBroadcast, tellFirstListen } from './first-use.ts'
import { Output } from './terminal/output.ts'
import { FakeScreen } from './testing/screen.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pearcast-told-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function said(
  tell: (output: Output) => Promise<void>,
  { isTerminal = true, json = false } = {},
): Promise<string> {
  const screen = new FakeScreen(isTerminal)
  const env = { NO_COLOR: '1' }
  const output = new Output({
    json,
    logLevel: undefined,
    stdout: screen,
    stderr: screen,
    env,
    nowMs: () => 0,
  })
  await tell(output)
  // However wide the terminal is.
  return screen.text.replaceAll(/\s+/g, ' ')
}

const listen = (output: Output): Promise<void> => tellFirstListen(output, folder, 2_000_000)
const leaf = (output: Output): Promise<void> => tellFirstListen(output, folder, undefined)

test('a listener is told once who sees his address, and what is passed on within what', async () => {
  const first = await said(listen)
  expect(first).toMatch(/see the network address of this computer/)
  expect(first).toMatch(/passes on .* with up to 2 Mbit\/s of its line/)
  expect(first).toMatch(/--relay off/)
  expect(await said(listen)).toBe('')
})

test('who passes nothing on is told that later, when he does', async () => {
  expect(await said(leaf)).not.toMatch(/passes on/)
  expect(await said(leaf)).toBe('')
  expect(await said(listen)).toMatch(/passes on/)
})

test('a broadcaster is told once, and of the way to hide his address', async () => {
  const tell = (output: Output): Promise<void> => tellFirstBroadcast(output, folder)
  expect(await said(tell)).toMatch(/--private-ip/)
  expect(await said(tell)).toBe('')
})

test('a script and a log file are not told, and nothing is remembered of it', async () => {
  expect(await said(listen, { isTerminal: false })).toBe('')
  expect(await said(listen, { json: true })).toBe('')
  expect(await said(listen)).not.toBe('')
})

test.each(['', '{', '{"a":1}', '[1,null]'])('a memory that is %j counts as none', async (text) => {
  writeFileSync(join(folder, 'told.json'), text)
  expect(await said(listen)).not.toBe('')
  expect(await said(listen)).toBe('')
})
