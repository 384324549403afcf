import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { passphraseOf } from './passphrase.ts'

/** A terminal at which somebody types lines, one whenever a prompt appears. */
function terminalOf(lines: readonly string[], isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => {} })
  const output = Object.assign(new PassThrough(), { isTTY })
  const waiting = [...lines]
  let screen = ''
  output.on('data', (chunk) => {
    screen += String(chunk)
    const line = screen.endsWith(': ') ? waiting.shift() : undefined
    if (line !== undefined) setImmediate(() => input.write(line))
  })
  return { terminal: { input, output }, screen: () => screen }
}

const wish = { file: undefined, isNew: false, env: {} }

describe('a passphrase at the terminal', () => {
  test('is never shown as it is typed', async () => {
    const { terminal, screen } = terminalOf(['correct horse\n'])
    expect(await passphraseOf({ ...wish, terminal })).toBe('correct horse')
    expect(screen()).toContain('Passphrase of the export: ')
    expect(screen()).not.toContain('horse')
  })

  test('is asked for twice when it is new, and a typo is noticed', async () => {
    const same = terminalOf(['correct horse\n', 'correct horse\n'])
    expect(await passphraseOf({ ...wish, isNew: true, terminal: same.terminal })).toBe('correct horse')
    const typo = terminalOf(['correct horse\n', 'corect horse\n'])
    await expect(passphraseOf({ ...wish, isNew: true, terminal: typo.terminal })).rejects.toThrow(/differ/)
  })

  test('is not asked for when the environment has it', async () => {
    const { terminal, screen } = terminalOf([])
    const env = { PEARCAST_PASSPHRASE: 'correct horse' }
    expect(await passphraseOf({ ...wish, env, terminal })).toBe('correct horse')
    expect(screen()).toBe('')
  })

  test('cannot be asked for where nobody sits', async () => {
    const { terminal } = terminalOf([], false)
    await expect(passphraseOf({ ...wish, terminal })).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('Ctrl-C cancels', async () => {
    const { terminal } = terminalOf(['\u0003'])
    await expect(passphraseOf({ ...wish, terminal })).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
