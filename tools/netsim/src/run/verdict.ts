import type { Expectation, Other, Scenario } from '../scenarios/scenario.ts'
import type { HoldUps } from './hold-up.ts'
import type { Way } from '../oracle/oracle.ts'
import { judgeAudience, type AudienceOutcome } from './audience.ts'
import { judgeBare, type BareOutcome } from './bare.ts'
import { judgeDiagnosis, type Diagnosis } from './diagnosis.ts'
import type { Heard, Told } from './outcome.ts'
import { judgeTree, type TreeOutcome } from './tree.ts'

/** What happened in a scenario, before it is compared with what should have. */
export interface Observation {
  heard: Heard | undefined
  /** How long was waited for a first sound, ms. */
  waitedMs: number
  errors: readonly Told[]
  /** Packets that would have left the lab. */
  escapes: number
  /** Where the doctor was played. */
  diagnosis?: Diagnosis
  /** Where bare hyperdht was played beside it. */
  bare?: BareOutcome | undefined
  tree?: TreeOutcome | undefined
  /** Where a crowd came. */
  audience?: AudienceOutcome | undefined
  /** What the other listeners came to. */
  others?: readonly OtherOutcome[]
  /** The program could not even be started, or died. */
  broken: string | undefined
  /** What the machine kept the lab from. Limits of time are widened by it: it is no fault of the program. */
  held: HoldUps
}

/** What a listener who came later came to. */
export interface OtherOutcome {
  planned: Other
  heard: Heard | undefined
  errors: readonly Told[]
  problems: string[]
  /** As it was for this one. */
  held: HoldUps
}

const WITHIN_MS = 40_000
/** Concealment fades out over 100 ms: so many frames a long hold-up can cost. */
const CONCEALED_A_HOLD_UP = 5

/** What is wrong; empty when everything is as expected. */
export function problemsOf(scenario: Scenario, seen: Observation): string[] {
  const guard = seen.escapes > 0 ? [`${seen.escapes} packets would have left the lab`] : []
  const own = judge(scenario.expect, seen)
  const crowd = judgeAudience(scenario, seen.audience, seen.held)
  const tree = judgeTree(scenario, seen.tree, seen.held)
  return [...guard, ...own, ...judgeBare(scenario.bare, seen.bare), ...tree, ...crowd, ...othersOf(seen)]
}

/** Those of a pair of their own are judged there. */
function othersOf({ others = [] }: Observation): string[] {
  return others
    .filter(({ planned: { pair } }) => pair === undefined)
    .flatMap(({ planned: { id }, problems }) => problems.map((problem) => `${id}: ${problem}`))
}

/** What is wrong with one listener. */
export function judge(expect: Expectation, seen: Observation): string[] {
  switch (expect.verdict) {
    case 'heard':
      return seen.heard === undefined ? [silence(seen)] : judgeHeard(expect, seen.heard, seen.held)
    case 'refused':
      return judgeRefused(expect.withinMs, seen)
    case 'diagnosis':
      return judgeDiagnosis(expect, seen.diagnosis)
    case 'silent': {
      const { heard } = seen
      if (heard !== undefined) return [`heard after ${heard.firstSoundMs} ms, though ${expect.why}`]
      return seen.broken === undefined ? [] : [seen.broken]
    }
    case 'error': {
      const error = seen.errors.find(({ role, code }) => role === expect.role && code === expect.code)
      if (error === undefined) return [`the ${expect.role} did not say ${expect.code}; ${silence(seen)}`]
      if (error.afterMs > expect.withinMs + seen.held.startMs)
        return [`${expect.code} came after ${error.afterMs} ms, not within ${expect.withinMs}`]
      return error.exit === undefined ? [`the ${expect.role} said ${expect.code} and did not end`] : []
    }
  }
}

function judgeRefused(withinMs: number, { errors, heard, held }: Observation): string[] {
  const refusal = errors.find(({ code }) => code === 'REFUSED_FULL')
  const problems: string[] = []
  if (refusal === undefined) problems.push('it was not told that there is no room')
  else if (refusal.afterMs > withinMs + held.totalMs)
    problems.push(`it was told after ${refusal.afterMs} ms that there is no room, not within ${withinMs}`)
  if (heard?.playsAtEnd === true) problems.push('it plays at the end, though there is no room')
  return problems
}

function judgeHeard(
  expect: Extract<Expectation, { verdict: 'heard' }>,
  heard: Heard,
  held: HoldUps,
): string[] {
  const { withinMs = WITHIN_MS, path, via, ways, hops, maxGapMs = Infinity, maxConcealed = 1 } = expect
  const concealed = heard.framesConcealed / Math.max(1, heard.framesSent)
  const excused = (held.long * CONCEALED_A_HOLD_UP) / Math.max(1, heard.framesSent)
  const checks: [boolean, string][] = [
    [
      heard.firstSoundMs <= withinMs + held.startMs,
      `first sound after ${heard.firstSoundMs} ms, not within ${withinMs}`,
    ],
    [heard.playsAtEnd, 'nothing was played at the end'],
    [path === undefined || heard.path === path, `the audio came over ${heard.path}, not ${path}`],
    [
      via === undefined || (heard.via !== undefined && via.includes(heard.via)),
      `the audio came via ${heard.via}, not ${via?.join(' or ')}`,
    ],
    [
      hops === undefined || heard.relayHops === hops,
      `the audio came over ${heard.relayHops} relays, not ${hops}`,
    ],
    [isOneOf(ways, heard.first), `the first sound came by ${wayText(heard.first)}, not ${waysText(ways)}`],
    [isOneOf(ways, heard), `the audio came by ${wayText(heard)} at the end, not ${waysText(ways)}`],
    [heard.gapMs <= maxGapMs + held.excuseMs(maxGapMs), `a gap of ${heard.gapMs} ms, more than ${maxGapMs}`],
    [
      concealed <= maxConcealed + excused,
      `${(concealed * 100).toFixed(2)} % concealed, more than ${maxConcealed * 100}`,
    ],
    [heard.framesDuplicate === 0, `${heard.framesDuplicate} frames were played twice`],
  ]
  return checks.filter(([good]) => !good).map(([, problem]) => problem)
}

type Seen = Heard['first']

function isOneOf(ways: readonly Way[] | undefined, { path, via }: Seen): boolean {
  return ways === undefined || ways.some((way) => way.path === path && way.via === via)
}

function waysText(ways: readonly Way[] = []): string {
  return ways.map(wayText).join(' or ')
}

function wayText({ path, via }: Seen): string {
  return `${path} via ${via}`
}

function silence({ broken, waitedMs, errors }: Observation): string {
  const said = errors.map(({ role, code }) => `${role}: ${code}`).join(', ')
  return broken ?? `nothing was heard within ${waitedMs} ms${said ? ` (${said})` : ''}`
}
