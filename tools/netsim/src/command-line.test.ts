import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

function helpOf(...command: string[]): string {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  return execFileSync(process.execPath, [main, ...command, '--help'], { encoding: 'utf8' })
}

function optionsIn(help: string): string[] {
  return [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = '']) => option)
}

/** The row of a command, or of none: the options of the program have rows of their own. */
function rowOf(command: string): string {
  return README.split('\n').find((line) => line.startsWith(`| \`${command}`)) ?? README
}

test('the README names each command and each option of it', { timeout: 60_000 }, () => {
  const help = helpOf()
  const commands = [...help.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, command = '']) => command)
  expect(commands).toEqual(['report', 'chaos', 'probe', 'scale'])
  expect(optionsIn(help)).toContain('--seed')
  for (const option of optionsIn(help)) expect(README).toContain(`\`${option}`)
  for (const command of commands) {
    const own = helpOf(command)
    const shared = /^It also takes (.*):/m.exec(own)?.[1]?.split(', ') ?? []
    for (const option of [...optionsIn(own), ...shared])
      expect(rowOf(command), command).toContain(`\`${option}`)
  }
})
