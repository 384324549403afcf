import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { deviceForAll, ordinaryUser } from './tun/testing/ordinary-user.ts'
import { requireTun } from './tun/testing/requirements.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const run = promisify(execFile)

test('names that nothing has are an error, and the list is the list', async () => {
  const { stdout } = await run(process.execPath, [MAIN, '--list', '--only', '/^matrix.*x cgnat$/'])
  expect(stdout.trim().split('\n')).toHaveLength(7)
  await expect(run(process.execPath, [MAIN, '--only', 'nothing like that'])).rejects.toMatchObject({
    code: 2,
  })
})

test('an ordinary user plays a scenario, with a TUN node that he may open', async (context) => {
  requireTun(context)
  const device = deviceForAll(context)
  const [command = '', ...before] = ordinaryUser(MAIN)
  const args = [...before, process.execPath, MAIN, '--only', 'matrix/public x public', '--json']
  const { stdout } = await run(command, [...args, '--tun-device', device], { timeout: 110_000 })
  const [result, summary] = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(result).toMatchObject({ name: 'matrix/public x public', heard: { playsAtEnd: true } })
  expect(summary).toMatchObject({ backend: 'tun', pairs: 1, heard: 1, skipped: 0, failed: 0, retries: 0 })
}, 120_000)
