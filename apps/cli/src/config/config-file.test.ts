import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, describe, expect, test } from 'vitest'
import type { BroadcastOptions } from '../broadcast/broadcast-options.ts'
import { buildProgram } from '../program.ts'
import { runCli } from '../testing/run-cli.ts'
import { applyConfig } from './config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'pearcast-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(text: string, name = 'pearcast.yaml'): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** What `broadcast tone` would run with. */
async function optionsOf(text: string, ...flags: string[]): Promise<Partial<BroadcastOptions>> {
  let chosen: Command | undefined
  const program = buildProgram((command) => {
    chosen = command
    return Promise.resolve()
  })
  await program.parseAsync(['broadcast', 'tone', ...flags], { from: 'user' })
  if (chosen === undefined) throw new Error('no command ran')
  await applyConfig(chosen, fileOf(text))
  return chosen.optsWithGlobals<BroadcastOptions>()
}

describe('a configuration file', () => {
  test('gives options of all commands at its top, those of one under its name', async () => {
    const text =
      'log-level: debug\nbroadcast:\n  station: jazz\n  bitrate: 64k\n  loop: true\nlisten:\n  wait: 5\n'
    expect(await optionsOf(text)).toMatchObject({
      logLevel: 'debug',
      station: 'jazz',
      bitrate: 64_000,
      loop: true,
      profile: 'music',
    })
  })

  test('may be JSON, or empty, or say no', async () => {
    expect(await optionsOf('{"path": "swarm", "broadcast": {"max-listeners": 7}}')).toMatchObject({
      path: 'swarm',
      maxListeners: 7,
    })
    expect(await optionsOf('# nothing yet\n')).toMatchObject({ station: 'default' })
    expect(await optionsOf('broadcast: {loop: false}')).not.toHaveProperty('loop')
  })

  test.each(['listen:\n  output: null\n', '{"listen": {"output": null}}', 'listen: {output: "null"}'])(
    'means the word null where that is a value: %j',
    async (text) => {
      let chosen: Command | undefined
      const program = buildProgram((command) => {
        chosen = command
        return Promise.resolve()
      })
      await program.parseAsync(['listen', 'jazz'], { from: 'user' })
      if (chosen === undefined) throw new Error('no command ran')
      await applyConfig(chosen, fileOf(text))
      expect(chosen.opts()).toMatchObject({ output: 'null' })
    },
  )

  test('gives way to flags and to the environment, not to defaults', async () => {
    process.env['PEARCAST_BOOTSTRAP'] = '127.0.0.1:1'
    try {
      const text = 'bootstrap: 127.0.0.1:2\npath: swarm\nbroadcast: {title: From the file, station: file}'
      expect(await optionsOf(text, '--title', 'Typed')).toMatchObject({
        bootstrap: '127.0.0.1:1',
        path: 'swarm',
        title: 'Typed',
        station: 'file',
      })
    } finally {
      delete process.env['PEARCAST_BOOTSTRAP']
    }
  })
})

describe('a mistake in it is told with line and column', () => {
  test.each([
    ['broadcast:\n  lop: true\n', ":2:3: unknown option 'lop' of broadcast. Did you mean loop?"],
    ['path: swarm\nvolume: 11\n', ":2:1: unknown option 'volume'. There are: "],
    ['path: sideways\n', ":1:7: --path wants auto, swarm or webrtc, not 'sideways'"],
    ['broadcast:\n  loop: maybe\n', ":2:9: 'loop' wants true or false"],
    ['broadcast:\n  station: [a, b]\n', ":2:12: 'station' wants a text or a number"],
    ['broadcast: jazz\n', ":1:12: 'broadcast' wants options below it"],
    ['listen:\n  buffer: 5\n', ':2:11: --buffer wants a whole number from 20 to 2000'],
    ['listen:\n  output:\n', ":2:10: 'output' wants a text or a number"],
    ['broadcast:\n  station: null\n', ":2:12: 'station' wants a text or a number"],
    ['- a\n- b\n', ':1:1: it wants options'],
    ['path: "swarm\n', ':2:1: Missing closing "quote'],
    ['path: swarm\npath: webrtc\n', ':2:1: Map keys must be unique'],
    ['{"path": "swarm",,}', ':1:18: '],
    ['station:\n  remove: {yes: true}\n', ':2:3: '],
    ['config: other.yaml\n', ":1:1: unknown option 'config'"],
  ])('%j', async (text, message) => {
    const error = await optionsOf(text).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONFIG_FILE' })
    expect(String(error)).toContain(`pearcast.yaml${message}`)
  })

  test('by the program itself, in one line and with exit code 2', async () => {
    const file = fileOf('json: true\nbroadcast:\n  statoin: jazz\n')
    const { code, stderr } = await runCli(folder, ['broadcast', 'tone', '--config', file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: .*pearcast\.yaml:3:3: .*Did you mean station\?\n$/)
    expect((await runCli(folder, ['dht', '--config', join(folder, 'none')])).stderr).toMatch(
      /there is no such file/,
    )
    expect((await runCli(folder, ['dht', '--config', folder])).stderr).toMatch(/is a folder/)
  })
})
