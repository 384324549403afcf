import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBrowser } from './open-browser.ts'

const URL = "http://127.0.0.1:7327/#token=a'b&c;d$(e)"
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pearcast-browser-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** A program of the system that notes what it is asked to open. */
async function provide(name: string): Promise<() => Promise<string>> {
  const noted = join(folder, 'noted')
  const program = join(folder, name)
  await writeFile(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${noted}.new' && mv '${noted}.new' '${noted}'\n`,
  )
  await chmod(program, 0o755)
  return () => readFile(noted, 'utf8').catch(() => '')
}

test.each([
  ['linux', 'xdg-open', [URL]],
  ['darwin', 'open', [URL]],
  ['win32', 'rundll32', ['url.dll,FileProtocolHandler', URL]],
] as const)(
  'on %s the system’s %s is asked, and no shell reads the address',
  async (platform, name, args) => {
    if (process.platform === 'win32') return
    const noted = await provide(name)
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`)
    expect(await openBrowser(URL, platform)).toBe(true)
    await expect.poll(noted, { timeout: 10_000 }).toBe(`${args.join('\n')}\n`)
  },
)

test('where there is no such program it says so', async () => {
  vi.stubEnv('PATH', folder)
  expect(await openBrowser(URL, 'linux')).toBe(false)
})
