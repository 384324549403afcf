import { closeSync, openSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openFilesCount, openFilesLimit } from './open-files.ts'

test.skipIf(process.platform === 'win32')('what is open is counted, and below the limit', () => {
  const before = openFilesCount() ?? Number.NaN
  const files = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'))
  const after = openFilesCount() ?? Number.NaN
  for (const file of files) closeSync(file)
  expect(after - before).toBeGreaterThanOrEqual(15)
  expect(openFilesLimit()).toBeGreaterThan(after)
})
