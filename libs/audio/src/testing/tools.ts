import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { test } from 'vitest'

/** `test`, or where the program or the absolute path is missing a loud SKIP; under CI the test then runs and fails. */
export function testWith(needed: string): typeof test | typeof test.skip {
  const isHere = isAbsolute(needed)
    ? existsSync(needed)
    : spawnSync(needed, ['--version'], { stdio: 'ignore' }).error === undefined
  if (isHere || process.env['CI'] === 'true') return test
  process.stderr.write(`SKIP: ${needed} is not here\n`)
  return test.skip
}
