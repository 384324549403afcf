import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli, type Ran } from '../testing/run-cli.ts'

const PASSPHRASE = { PEARCAST_PASSPHRASE: 'correct horse battery' }
let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pearcast-stations-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const station = (args: string[], env: Record<string, string> = {}, from = home): Promise<Ran> =>
  runCli(from, ['station', ...args], env)

test('a station is made, listed, shown, renamed and removed, and prints its link where a script can take it', async () => {
  const { code, stdout } = await station(['create', 'jazz'])
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^pearcast:\/\/[a-z0-9]{58}\n$/),
  })
  const link = stdout.trim()
  expect(await station(['create', 'jazz'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is a station "jazz" already'),
  })
  expect((await station(['list'])).stdout).toBe(`jazz  ${link}\n`)
  expect((await station(['rename', 'jazz', 'blues'])).stdout).toBe(`${link}\n`)
  const shown: unknown = JSON.parse((await station(['show', 'blues', '--json'])).stdout)
  const file = join(home, 'stations', 'blues.json')
  expect(shown).toMatchObject({ event: 'station-info', name: 'blues', link, lastOnAirS: 0, file })
  expect((await station(['show', 'blues'])).stdout).toMatch(/last went on air +never/)

  expect(await station(['remove', 'blues'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  })
  expect(existsSync(file)).toBe(true)
  expect((await station(['remove', 'blues', '--yes'])).code).toBe(0)
  expect(existsSync(file)).toBe(false)
}, 60_000)

describe('an export', () => {
  test('moves a station to another computer, and only with its passphrase', async () => {
    const file = join(home, 'jazz.pearcast')
    const link = (await station(['create', 'jazz'])).stdout
    expect((await station(['export', 'jazz', file], PASSPHRASE)).code).toBe(0)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)

    const elsewhere = join(home, 'elsewhere')
    const wrong = await station(['import', file], { PEARCAST_PASSPHRASE: 'incorrect horse' }, elsewhere)
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('does not open this export') })

    const secret = join(home, 'secret.txt')
    writeFileSync(secret, 'correct horse battery\r\nsecond line\n')
    const imported = await station(
      ['import', file, '--passphrase-file', secret, '--name', 'blues'],
      {},
      elsewhere,
    )
    expect(imported).toMatchObject({ code: 0, stdout: link })
    expect((await station(['list'], {}, elsewhere)).stdout).toBe(`blues  ${link}`)
  }, 60_000)

  test('overwrites nothing, asks nobody who is not there, and needs a passphrase worth the name', async () => {
    const file = join(home, 'show.wav')
    writeFileSync(file, 'precious')
    await station(['create', 'jazz'])
    const over = await station(['export', 'jazz', file], PASSPHRASE)
    expect(over).toMatchObject({ code: 6, stderr: expect.stringContaining('exists already') })
    expect(readFileSync(file, 'utf8')).toBe('precious')
    const free = join(home, 'new')
    expect((await station(['export', 'jazz', free])).stderr).toMatch(/nobody can be asked.*--passphrase-file/)
    expect((await station(['export', 'jazz', free], { PEARCAST_PASSPHRASE: 'abc' })).stderr).toMatch(
      /too short/,
    )
    expect((await station(['export', 'jazz', free, '--passphrase-file', home])).code).toBe(2)
    expect(existsSync(free)).toBe(false)
  }, 60_000)

  test('that is none is refused', async () => {
    const file = join(home, 'notes.txt')
    writeFileSync(file, 'hello')
    expect(await station(['import', file], PASSPHRASE)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is not JSON'),
    })
    expect((await station(['import', join(home, 'nothing')], PASSPHRASE)).code).toBe(3)
  }, 30_000)
})

test.skipIf(process.platform === 'win32')(
  'a key file that others can read is refused with what to do; the others are listed all the same',
  async () => {
    await station(['create', 'jazz'])
    await station(['create', 'news'])
    chmodSync(join(home, 'stations', 'jazz.json'), 0o644)
    const listed = await station(['list'])
    expect(listed.stderr).toMatch(/can be read or changed by other users.*chmod 600/)
    expect(listed.stdout).toMatch(/^news {2}pearcast:/)
    expect(listed.code).toBe(1)
    const onAir = await runCli(home, ['broadcast', 'tone', '--station', 'jazz', '--bootstrap', '127.0.0.1:1'])
    expect(onAir).toMatchObject({ code: 1, stderr: expect.stringContaining('chmod 600') })
  },
  60_000,
)
