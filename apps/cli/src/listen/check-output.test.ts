import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkOutput } from './check-output.ts'

const folder = mkdtempSync(join(tmpdir(), 'pearcast-output-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a file in a folder that exists can be recorded to, and is not created yet', async () => {
  const file = join(folder, 'show.wav')
  await checkOutput(file)
  expect(() => rmSync(file)).toThrow('ENOENT')
})

test('a folder that does not exist is told before anything is heard', async () => {
  await expect(checkOutput(join(folder, 'nowhere', 'show.wav'))).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('its folder does not exist'),
  })
})

test('a recording that exists is kept, unless it is to be replaced or is empty', async () => {
  const file = join(folder, 'precious.wav')
  writeFileSync(file, '')
  await checkOutput(file)
  writeFileSync(file, 'RIFF')
  await expect(checkOutput(file)).rejects.toMatchObject({
    code: 'OUTPUT_EXISTS',
    message: expect.stringContaining('--force'),
  })
  await checkOutput(file, true)
})

test('a folder is no recording', async () => {
  mkdirSync(join(folder, 'odd.wav'))
  await expect(checkOutput(join(folder, 'odd.wav'))).rejects.toThrow('it is a folder')
})

test('a file is no folder to record in', async () => {
  const file = join(folder, 'notes.txt')
  writeFileSync(file, '')
  await expect(checkOutput(join(file, 'show.wav'))).rejects.toThrow('its folder does not exist')
})
