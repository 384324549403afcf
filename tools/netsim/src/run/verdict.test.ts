import { describe, expect, test } from 'vitest'
import { behind } from '../scenarios/places.ts'
import type { Expectation } from '../scenarios/scenario.ts'
import type { Heard } from './outcome.ts'
import { problemsOf, type Observation } from './verdict.ts'

const HEARD: Heard = {
  firstSoundMs: 500,
  first: { path: 'swarm', via: 'punched' },
  path: 'swarm',
  via: 'punched',
  latencyMs: { p50: 60, p95: 80 },
  relayHops: 0,
  gapMs: 0,
  framesSent: 200,
  framesLost: 0,
  framesConcealed: 0,
  framesDuplicate: 0,
  interruptions: 0,
  playsAtEnd: true,
}
const SEEN: Observation = {
  heard: HEARD,
  waitedMs: 500,
  errors: [],
  escapes: 0,
  broken: undefined,
  held: { worstMs: 0, totalMs: 0, startMs: 0, long: 0, excuseMs: () => 0 },
}

function problems(expectation: Expectation, seen: Partial<Observation>): string[] {
  const place = behind('public')
  const scenario = { name: 'x', group: 'links', broadcaster: place, listener: place } as const
  return problemsOf({ ...scenario, expect: expectation }, { ...SEEN, ...seen })
}

describe('to be heard', () => {
  const heard = (changes: Partial<Heard>): Partial<Observation> => ({ heard: { ...HEARD, ...changes } })
  const strict = {
    verdict: 'heard',
    withinMs: 1000,
    path: 'swarm',
    via: ['punched'],
    maxGapMs: 150,
    maxConcealed: 0.01,
    hops: 0,
    ways: [{ path: 'swarm', via: 'punched' }],
  } as const

  test('is enough when nothing more is asked for', () => {
    expect(problems({ verdict: 'heard' }, {})).toEqual([])
    expect(problems(strict, {})).toEqual([])
  })

  test.each<[Partial<Heard>, string]>([
    [{ firstSoundMs: 1001 }, 'first sound after 1001 ms'],
    [{ path: 'webrtc' }, 'came over webrtc'],
    [{ via: 'birthday' }, 'came via birthday'],
    [{ via: undefined }, 'came via undefined'],
    [{ gapMs: 151 }, 'a gap of 151 ms'],
    [{ framesConcealed: 3 }, '1.50 % concealed'],
    [{ relayHops: 1 }, 'over 1 relays'],
    [{ first: { path: 'relayed', via: 'relay' } }, 'the first sound came by relayed via relay'],
    [{ framesDuplicate: 1 }, '1 frames were played twice'],
    [{ playsAtEnd: false }, 'nothing was played at the end'],
  ])('%j fails', (changes, problem) => {
    expect(problems(strict, heard(changes)).join()).toContain(problem)
  })

  test('limits of time are widened by what the machine held up, and by no more', () => {
    const held = { worstMs: 300, totalMs: 400, startMs: 100, long: 4, excuseMs: () => 300 }
    const late = { firstSoundMs: 1100, gapMs: 450, framesConcealed: 22 }
    expect(problems(strict, { ...heard(late), held })).toEqual([])
    const tooLate = { firstSoundMs: 1101, gapMs: 451, framesConcealed: 23 }
    expect(problems(strict, { ...heard(tooLate), held })).toHaveLength(3)
  })

  test('silence fails, and says what the processes said', () => {
    const errors = [{ role: 'listener', code: 'NO_UDP', afterMs: 10, exit: 4 }]
    expect(problems(strict, { heard: undefined, errors })).toEqual([
      'nothing was heard within 500 ms (listener: NO_UDP)',
    ])
  })
})

describe('expected silence', () => {
  const silent = { verdict: 'silent', forMs: 1000, why: 'it cannot be' } as const

  test('is silence, and nothing else', () => {
    expect(problems(silent, { heard: undefined })).toEqual([])
    expect(problems(silent, {})).toEqual(['heard after 500 ms, though it cannot be'])
  })

  test('is not a process that died', () => {
    expect(problems(silent, { heard: undefined, broken: 'listener ended with 1' })).toHaveLength(1)
  })
})

describe('an expected error', () => {
  const error = { verdict: 'error', role: 'listener', code: 'NO_UDP', withinMs: 8000 } as const
  const said = { role: 'listener', code: 'NO_UDP', afterMs: 7600, exit: 4 }

  test('must be said by that role, in time, and end it', () => {
    const silence = { heard: undefined }
    expect(problems(error, { ...silence, errors: [said] })).toEqual([])
    expect(problems(error, { ...silence, errors: [{ ...said, role: 'broadcaster' }] })).toHaveLength(1)
    expect(problems(error, { ...silence, errors: [{ ...said, afterMs: 8001 }] })).toHaveLength(1)
    expect(problems(error, { ...silence, errors: [{ ...said, exit: undefined }] })).toHaveLength(1)
  })
})

test('a packet that would have left the lab fails whatever else happened', () => {
  expect(problems({ verdict: 'heard' }, { escapes: 2 })).toEqual(['2 packets would have left the lab'])
})

describe('to be refused', () => {
  const refused = { verdict: 'refused', withinMs: 1000 } as const
  const errors = [{ role: 'listener-2', code: 'REFUSED_FULL', afterMs: 900, exit: undefined }]

  test('is to be told in time, and to hear nothing at the end', () => {
    expect(problems(refused, { heard: undefined, errors })).toEqual([])
    expect(problems(refused, { heard: { ...HEARD, playsAtEnd: false }, errors })).toEqual([])
  })

  test.each<[string, Partial<Observation>, string]>([
    ['silence', { heard: undefined }, 'it was not told'],
    [
      'a late word',
      { heard: undefined, errors: errors.map((error) => ({ ...error, afterMs: 1001 })) },
      'after 1001 ms',
    ],
    ['sound', { errors }, 'it plays at the end'],
  ])('%s fails', (_, seen, problem) => {
    expect(problems(refused, seen).join()).toContain(problem)
  })
})

test('what is wrong with other listeners fails a scenario, unless each is a result of its own', () => {
  const wrong = { heard: undefined, errors: [], problems: ['silent'], held: SEEN.held }
  const planned = { id: 'listener-2', place: behind('public'), expect: { verdict: 'heard' } } as const
  const pair = { broadcaster: 'public', listener: 'public', help: 'relay' } as const
  expect(problems({ verdict: 'heard' }, { others: [{ planned, ...wrong }] })).toEqual(['listener-2: silent'])
  expect(problems({ verdict: 'heard' }, { others: [{ planned: { ...planned, pair }, ...wrong }] })).toEqual(
    [],
  )
})
