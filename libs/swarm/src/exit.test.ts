import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

/** A station and its listener in one process, which then closes everything and says so. */
const PROGRAM = `
import { createStation, TestNet, until } from './test-kit.ts'
const net = await TestNet.start()
const station = createStation()
await net.announce(station)
const listener = await net.listen(station.link)
await until(() => listener.links.length === 1, 'the link')
await net.close()
console.log('closed')
`

test('once everything is closed, nothing keeps the process alive', async () => {
  const started = Date.now()
  const output = await new Promise<string>((resolve, reject) => {
    const options = { cwd: import.meta.dirname, timeout: 10_000 }
    execFile(process.execPath, ['--input-type=module', '-e', PROGRAM], options, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message} ${stderr}`)) : resolve(stdout),
    )
  })
  expect(output).toBe('closed\n')
  expect(Date.now() - started).toBeLessThan(10_000)
})
