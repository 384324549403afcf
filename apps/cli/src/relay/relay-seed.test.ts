import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { relaySeed } from './relay-seed.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pearcast-relay-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const file = (): string => join(folder, 'relay.key')

test('the secret of a relay is made once, for its owner only', async () => {
  const first = await relaySeed(folder)
  expect(first).toHaveLength(32)
  expect(await relaySeed(folder)).toEqual(first)
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('one that others can read, or that is damaged, is refused and left as it is', async () => {
  await relaySeed(folder)
  chmodSync(file(), 0o644)
  await expect(relaySeed(folder)).rejects.toThrow(/other users of this computer can read it/)
  writeFileSync(file(), 'abc')
  chmodSync(file(), 0o600)
  await expect(relaySeed(folder)).rejects.toMatchObject({ code: 'RELAY_KEY' })
  await expect(relaySeed(folder)).rejects.toThrow(/it is damaged\. Mend that/)
})
