import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { runCli, type Ran } from './testing/run-cli.ts'

const home = mkdtempSync(join(tmpdir(), 'pearcast-cli-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const pearcast = (...args: string[]): Promise<Ran> => runCli(home, args)

describe('help', () => {
  test('read no further than its first lines is no failure', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'broadcast', '--help'])
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    const [code] = await once(child, 'close')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('the version is that of the package', async () => {
    expect(await pearcast('--version')).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  test.each(['broadcast', 'listen', 'relay', 'station', 'station export', 'favourites', 'dht', 'demo', 'ui'])(
    '%s --help has examples and the options of all',
    async (name) => {
      const { code, stdout } = await pearcast(...name.split(' '), '--help')
      expect(code).toBe(0)
      expect(stdout).toContain(`$ pearcast ${name}`)
      for (const option of ['--json', '--log-level', '--bootstrap', '--path'])
        expect(stdout).toContain(option)
    },
  )

  test.each([[], ['station'], ['favourites']])(
    'without a command %j shows its help, as a mistake',
    async (...args: string[]) => {
      const { code, stdout, stderr } = await pearcast(...args)
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toContain(['Usage: pearcast', ...args].join(' '))
    },
  )
})

describe('a mistake is one plain line and exit code 2', () => {
  test.each([
    [['listne'], /unknown command 'listne'.*Did you mean listen/],
    [['listen'], /missing required argument 'link\|name'/],
    [
      ['listen', 'pearcast://x', '--output', 'x.mp3'],
      /--output wants speakers, null, - for stdout, or a file/,
    ],
    [['broadcast', 'tone', '--lop'], /unknown option '--lop'.*Did you mean --loop/],
    [
      ['broadcast', 'tone', '--bootstrap', 'nonsense'],
      /"nonsense" is not a DHT address: the port is missing/,
    ],
    [['broadcast', 'tone', '--via', 'xyz'], /--via wants the keys that relays print, 64 hex digits/],
    [['broadcast', 'tone', '--private-ip'], /--private-ip needs --via/],
    [['demo', '--bootstrap', '127.0.0.1:1'], /leave --bootstrap out/],
    [['relay', 'pearcast://abc'], /the station part .* characters/],
    [['relay', '--stations-file', join(home, 'none.txt')], /none\.txt cannot be read: there is no such file/],
    [['relay', 'pearcast://x', '--uplink', '2'], /--uplink wants what your line sends, e\.g\. 2mbit/],
    [['relay', 'pearcast://x', '--max-children', '0'], /--max-children wants a whole number from 1/],
    [['listen', 'http://example.org'], /a station link starts with pearcast:/],
    [['listen', 'jazz'], /No favourite is called "jazz"\. None is kept yet\./],
    [['station', 'show', 'jazz'], /There is no station "jazz"\. There are none yet\./],
    [['station', 'create', '../x'], /<name> wants 1 to 64 letters/],
    [['station', 'lst'], /unknown command 'lst'.*Did you mean list/],
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
