import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test, type TestContext } from 'vitest'
import { buildProgram } from '../program.ts'
import { commandWords } from './command-words.ts'
import { completionScript, SHELLS, type Shell } from './scripts.ts'

const folder = mkdtempSync(join(tmpdir(), 'pearcast-completion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'evening show.flac'), '')
// What the scripts ask for names: not the program, which other tests start.
writeFileSync(
  join(folder, 'pearcast'),
  '#!/bin/sh\n[ "$1 $2" = "station list" ] && echo "jazz  pearcast://x"\n' +
    '[ "$1 $2" = "favourites list" ] && echo "news  pearcast://y"\nexit 0\n',
  { mode: 0o755 },
)
const program = buildProgram(() => Promise.resolve())
const files = Object.fromEntries(
  SHELLS.map((shell) => {
    const file = join(folder, `completion.${shell}`)
    writeFileSync(file, completionScript(shell, commandWords(program)))
    return [shell, file]
  }),
)
const env = {
  ...process.env,
  PATH: `${folder}:${process.env['PATH']}`,
  HOME: folder,
  XDG_CONFIG_HOME: folder,
}

/** What pressing Tab after these words offers. */
const COMPLETE: Record<Shell, (words: string[]) => string[]> = {
  bash: (words) => {
    const script =
      'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pearcast; printf "%s\\n" "${COMPREPLY[@]}"'
    return run('bash', ['-c', script, files['bash'] ?? '', ...words])
  },
  zsh: (words) => {
    // Without a line editor: what would be added is printed.
    const script = `
      compdef() { :; }
      compadd() { while [[ $1 == -* ]]; do [[ $1 == -- ]] && { shift; break }; shift; done; print -l -- $@ }
      _describe() { print -l -- \${\${(P)4}%%:*} }
      _files() { print -l -- * }
      source $0; words=("$@"); CURRENT=$#; _pearcast`
    return run('zsh', ['-f', '-c', script, files['zsh'] ?? '', ...words])
  },
  fish: (words) => {
    const line = words.map((word) => (word === '' ? '' : word)).join(' ')
    const offered = run('fish', ['--no-config', '-c', `source ${files['fish']}; complete -C "${line}"`])
    return offered.map((each) => each.split('\t', 1)[0] ?? '')
  },
}

function run(shell: string, args: string[]): string[] {
  return execFileSync(shell, args, { env, cwd: folder, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
}

describe.each(SHELLS)('%s', (shell) => {
  beforeEach((context) => requireShell(shell, context))
  const complete = (...words: string[]): string[] => COMPLETE[shell](['pearcast', ...words])

  test('offers the commands, and those below a command', () => {
    expect(complete('')).toEqual(expect.arrayContaining(['broadcast', 'listen', 'station', 'completion']))
    expect(complete('station', '')).toEqual(expect.arrayContaining(['create', 'export', 'import']))
    expect(complete('station', '')).not.toContain('broadcast')
    expect(complete('--json', 'station', '')).toContain('create')
  })

  test('offers the options of a command and of all', () => {
    const flags = complete('broadcast', '--')
    expect(flags).toEqual(expect.arrayContaining(['--loop', '--station', '--json', '--path', '--help']))
    expect(flags).not.toContain('--wait')
    expect(complete('station', 'export', 'jazz', '--')).toContain('--passphrase-file')
  })

  test('offers what an option can be', () => {
    expect(complete('listen', '--path', '')).toEqual(expect.arrayContaining(['auto', 'swarm', 'webrtc']))
    expect(complete('broadcast', '--profile', '')).toEqual(expect.arrayContaining(['voice', 'music']))
    expect(complete('listen', '--relay', '')).toEqual(expect.arrayContaining(['auto', 'off']))
    expect(complete('broadcast', '--title', '')).toEqual([])
    expect(complete('completion', '')).toEqual(expect.arrayContaining([...SHELLS]))
  })

  test('offers files, stations and favourites where they belong', () => {
    expect(complete('broadcast', '').map((name) => name.replaceAll('\\', ''))).toContain('evening show.flac')
    expect(complete('broadcast', '--station', '')).toEqual(['jazz'])
    expect(complete('station', 'show', '')).toEqual(['jazz'])
    expect(complete('station', 'create', '')).toEqual([])
    expect(complete('listen', '')).toEqual(['news'])
    expect(complete('relay', '')).toEqual(['news'])
    expect(complete('relay', '--stations-file', '').map((name) => name.replaceAll('\\', ''))).toContain(
      'evening show.flac',
    )
  })
})

test('bash completes the beginning of a word', (context) => {
  requireShell('bash', context)
  expect(COMPLETE.bash(['pearcast', 'bro'])).toEqual(['broadcast'])
  expect(COMPLETE.bash(['pearcast', 'broadcast', '--wait'])).toEqual(['--wait-listeners'])
})

/** Where a shell is missing, that is told; under CI it is a failure. */
function requireShell(shell: Shell, context: TestContext): void {
  if (spawnSync(shell, ['-c', 'exit 0']).error === undefined) return
  if (process.env['CI'] === 'true') throw new Error(`SKIP counts as failure under CI=true: no ${shell}`)
  process.stderr.write(`SKIP ${context.task.name}: ${shell} is not installed\n`)
  context.skip()
}
