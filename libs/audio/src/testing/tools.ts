import { spawnSync } from 'node:child_process'
import { test } from 'vitest'

/** `test`, or where the program is missing a loud SKIP; under CI the test then runs and fails. */
export function testWith(command: string): typeof test | typeof test.skip {
  const { error } = spawnSync(command, ['--version'], { stdio: 'ignore' })
  if (error === undefined || process.env['CI'] === 'true') return test
  process.stderr.write(`SKIP: ${command} is not installed\n`)
  return test.skip
}
