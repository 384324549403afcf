import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../testing/run-cli.ts'

test('recordings of an earlier demo are kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pearcast-demo-test-'))
  try {
    writeFileSync(join(folder, 'auto.wav'), 'precious')
    const { code, stderr } = await runCli(folder, ['demo', '--duration', '1', '--keep', folder])
    expect(stderr).toMatch(/auto\.wav exists already and is not overwritten/)
    expect(code).toBe(6)
    expect(readFileSync(join(folder, 'auto.wav'), 'utf8')).toBe('precious')
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 30_000)
