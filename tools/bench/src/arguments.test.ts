import { describe, expect, test } from 'vitest'
import { type Arguments, argumentsOf, refuseOthers } from './arguments.ts'

const BENCHES = ['fanout', 'crypto']
const read = (...args: string[]): unknown => argumentsOf(args, BENCHES)

describe('the command line', () => {
  test('names a bench, how many, by which paths and for how long', () => {
    expect(read('fanout', '--n', '100,300', '--path', 'swarm,janus', '--seconds', '6')).toEqual({
      name: 'fanout',
      quick: false,
      n: [100, 300],
      paths: ['swarm', 'janus'],
      seconds: 6,
    })
  })

  test('asks for help', () => {
    expect(read('--help')).toBeUndefined()
    expect(read('fanout', '-h')).toBeUndefined()
  })

  test.each([
    [[], 'no bench is named: there are fanout, crypto'],
    [['fan'], 'there is no bench "fan": there are fanout, crypto'],
    [['fanout', 'crypto'], '"crypto" is one word too many'],
    [['fanout', '--n', 'many'], '--n takes numbers like 100,300, from 1 to 100000, and not "many"'],
    [['fanout', '--n', '1e9'], '--n takes numbers'],
    [['fanout', '--seconds', '-1'], 'argument is ambiguous'],
    [['fanout', '--seconds', '0'], '--seconds takes a number like 6, from 1 to 100000, and not "0"'],
    [['fanout', '--fast'], "Unknown option '--fast'"],
  ])('%j is answered with what was wrong', (args, message) => {
    expect(() => read(...args)).toThrow(message)
  })

  test('is refused where an option would do nothing', () => {
    const asked: Arguments = { name: 'crypto', quick: true, n: undefined, paths: undefined, seconds: 3 }
    expect(() => refuseOthers(asked, [])).toThrow('--seconds does nothing in crypto, which takes --quick')
    expect(() => refuseOthers(asked, ['n'])).toThrow('which takes --n, --quick')
    expect(() => refuseOthers(asked, ['seconds'])).not.toThrow()
  })
})
