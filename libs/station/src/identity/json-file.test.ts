import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readJson, writeJson } from './json-file.ts'

test('writes of one file at the same time do not disturb each other, and leave one whole file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pearcast-json-'))
  try {
    const file = join(folder, 'heard.json')
    await Promise.all(Array.from({ length: 20 }, (_, n) => writeJson(file, { n })))
    expect(await readJson(file)).toEqual({ n: expect.any(Number) })
    expect(await readdir(folder)).toEqual(['heard.json'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
