import { expect, test } from 'vitest'
import { clock, count, localMinute, padEnd, printable, truncate, widthOf } from './text.ts'

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`

test('colours take no columns', () => {
  expect(widthOf(red('four'))).toBe(4)
  expect(padEnd(red('ab'), 4)).toBe(`${red('ab')}  `)
})

test('a line that fits is left alone', () => {
  expect(truncate(red('four'), 4)).toBe(red('four'))
})

test('a line that does not fit ends in an ellipsis, and its colour ends with it', () => {
  const cut = truncate(red('abcdef'), 4)
  expect(widthOf(cut)).toBe(4)
  expect(cut).toBe('\u001b[31mabc…\u001b[39m')
})

test("a peer's text cannot drive the terminal", () => {
  expect(printable('a\u001b[2J\nb\u0007\u202ec')).toBe('a [2J b c')
  expect(printable('x'.repeat(1000), 10)).toBe('xxxxxxxxxx…')
})

test('times are read like those of a player', () => {
  expect([clock(-5), clock(7_900), clock(751_000), clock(11_109_000)]).toEqual([
    '0:00',
    '0:07',
    '12:31',
    '3:05:09',
  ])
})

test('one thing is not many', () => {
  expect([count(0, 'listener'), count(1, 'listener'), count(2, 'listener')]).toEqual([
    '0 listeners',
    '1 listener',
    '2 listeners',
  ])
})

test('a moment is told in local time, to the minute', () => {
  expect(localMinute(new Date(2026, 10, 2, 8, 5, 59))).toBe('2026-11-02 08:05')
})
