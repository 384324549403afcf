import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CliError, failureOf } from './errors.ts'
import { EXIT } from './exit-codes.ts'

const coded = (code: string): Error => Object.assign(new Error('it went wrong'), { code })

describe('the exit code of an error', () => {
  test.each([
    ['LINK_CHECKSUM', EXIT.usage],
    ['BOOTSTRAP_INVALID', EXIT.usage],
    ['FILE_MISSING', EXIT.input],
    ['FILE_TRUNCATED', EXIT.input],
    ['NO_FFMPEG', EXIT.input],
    ['NO_AUDIO_INPUT', EXIT.input],
    ['INPUT_DEVICE_UNKNOWN', EXIT.input],
    ['STDIN_IS_TERMINAL', EXIT.usage],
    ['OUTPUT_DEVICE_UNKNOWN', EXIT.output],
    ['NO_UDP', EXIT.network],
    ['NO_DHT', EXIT.network],
    ['NO_AUDIO_DEVICE', EXIT.output],
    ['DISK_FULL', EXIT.output],
  ])('%s: %i, and nothing to report', (code, exitCode) => {
    expect(failureOf(coded(code))).toMatchObject({ code, exitCode, unexpected: false })
  })

  test('an error that no library documents is our fault', () => {
    expect(failureOf(new TypeError('x is not a function'))).toMatchObject({
      code: 'UNEXPECTED',
      exitCode: EXIT.unexpected,
      unexpected: true,
      message: 'x is not a function',
    })
    expect(failureOf('thrown text')).toMatchObject({ code: 'UNEXPECTED', message: 'thrown text' })
  })

  test("the operating system's refusal is nobody's fault", () => {
    expect(failureOf(coded('EACCES'))).toMatchObject({ code: 'EACCES', exitCode: 1, unexpected: false })
  })

  test("a child's own exit code is passed on", () => {
    expect(failureOf(CliError.childDied('broadcast', 'ended', 3)).exitCode).toBe(3)
    expect(failureOf(CliError.childDied('broadcast', 'was killed')).exitCode).toBe(1)
  })

  test('a message is one line', () => {
    expect(failureOf(new Error('first\nsecond')).message).toBe('first')
  })
})

test('the README lists every exit code', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const listed = [...readme.matchAll(/^\| (\d+)\s+\|/gm)].map((match) => Number(match[1]))
  expect(listed).toEqual(Object.values(EXIT))
})
