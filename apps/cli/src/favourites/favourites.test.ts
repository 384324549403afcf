import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { afterAll, expect, test } from 'vitest'
import { runCli } from '../testing/run-cli.ts'

const home = mkdtempSync(join(tmpdir(), 'pearcast-favourites-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const LINK = formatLink(sodium, { stationKey: new Uint8Array(32).fill(7) })
/** Nobody is there, so that it ends by itself. */
const NOWHERE = ['--output', 'null', '--bootstrap', '127.0.0.1:1', '--wait', '1']

test('a station is kept, listened to by its name, listed and forgotten', async () => {
  const kept = await runCli(home, ['listen', LINK, '--save', 'jazz', ...NOWHERE])
  expect(kept.stderr).toContain('Kept: "pearcast listen jazz"')
  expect((await runCli(home, ['favourites', 'list'])).stdout).toBe(`jazz  ${LINK}\n`)
  const byName = await runCli(home, ['listen', 'jazz', ...NOWHERE])
  // It was a station to look for, which nobody runs.
  expect([4, 5]).toContain(byName.code)
  expect((await runCli(home, ['favourites', 'remove', 'jazz'])).stdout).toBe(`${LINK}\n`)
  expect(await runCli(home, ['listen', 'jazz', ...NOWHERE])).toMatchObject({ code: 2 })
}, 60_000)
