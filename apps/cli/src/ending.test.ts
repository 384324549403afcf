import { expect, test } from 'vitest'
import { exitCodeOfEnding } from './ending.ts'
import { EXIT } from './exit-codes.ts'

test('an end that was meant is no failure, whatever went wrong on the way', () => {
  for (const reason of ['stopped', 'duration', 'source-ended']) {
    expect(exitCodeOfEnding(reason, 'IMPOSTOR')).toBe(EXIT.ok)
  }
})

test('an end by a failure has the exit code of the error that was told', () => {
  expect(exitCodeOfEnding('output-failed', 'NO_AUDIO_DEVICE')).toBe(EXIT.output)
  expect(exitCodeOfEnding('error', 'NO_UDP')).toBe(EXIT.network)
  expect(exitCodeOfEnding('superseded', 'SUPERSEDED')).toBe(EXIT.unexpected)
})

test('a recording that is not whole is a failure, however it ended', () => {
  for (const reason of ['stopped', 'duration'])
    expect(exitCodeOfEnding(reason, 'DISK_FULL')).toBe(EXIT.output)
})

test('a failure that nobody explained is unexpected', () => {
  expect(exitCodeOfEnding('error', undefined)).toBe(EXIT.unexpected)
  expect(exitCodeOfEnding('something new', undefined)).toBe(EXIT.unexpected)
})

test('a station that does not admit the listener was not heard', () => {
  expect(exitCodeOfEnding('not-allowed', undefined)).toBe(EXIT.notOnAir)
})
