import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'pearcast-cli-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** The real command in a process of its own. */
function pearcast(...args: string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PEARCAST_HOME: home, PEARCAST_BOOTSTRAP: '', NO_COLOR: '1' }
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ran = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (ran.stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (ran.stderr += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...ran }))
  })
}

describe('help', () => {
  test('the version is that of the package', async () => {
    expect(await pearcast('--version')).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  test.each(['broadcast', 'listen', 'dht', 'demo'])(
    '%s --help has examples and the options of all',
    async (name) => {
      const { code, stdout } = await pearcast(name, '--help')
      expect(code).toBe(0)
      expect(stdout).toContain(`$ pearcast ${name}`)
      for (const option of ['--json', '--log-level', '--bootstrap', '--path'])
        expect(stdout).toContain(option)
    },
  )

  test('without a command the help is shown, as a mistake', async () => {
    const { code, stdout, stderr } = await pearcast()
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: pearcast')
  })
})

describe('a mistake is one plain line and exit code 2', () => {
  test.each([
    [['listne'], /unknown command 'listne'.*Did you mean listen/],
    [['listen'], /missing required argument 'link'/],
    [['listen', 'pearcast://x', '--output', 'x.mp3'], /--output wants speakers, null, or a file/],
    [['broadcast', 'tone', '--lop'], /unknown option '--lop'.*Did you mean --loop/],
    [
      ['broadcast', 'tone', '--bootstrap', 'nonsense'],
      /"nonsense" is not a DHT address: the port is missing/,
    ],
    [['demo', '--bootstrap', '127.0.0.1:1'], /leave --bootstrap out/],
    [['listen', 'http://example.org'], /a station link starts with pearcast:/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await pearcast(...args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('a typo in a link is called a typo', async () => {
    const link = 'pearcast://yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'
    const { code, stderr } = await pearcast('listen', link, '--output', 'null')
    expect(stderr).toContain('the link has a typo: the checksum does not match')
    expect(code).toBe(2)
  })

  test('with --json it is an event as well', async () => {
    const { code, stdout } = await pearcast('listen', 'pearcast://x', '--json', '--duration', 'abc')
    const event: unknown = JSON.parse(stdout)
    expect(event).toEqual({
      event: 'error',
      t: expect.any(Number),
      code: 'USAGE',
      message: "--duration wants seconds, e.g. 30, not 'abc'",
    })
    expect(code).toBe(2)
  })
})

test.each(['broadcast', 'demo'])('%s of a file that is not there: exit code 3', async (command) => {
  const { code, stderr } = await pearcast(command, join(home, 'nothing.flac'))
  expect(stderr).toMatch(/nothing\.flac" does not exist/)
  expect(stderr).not.toContain('    at ')
  expect(code).toBe(3)
})
