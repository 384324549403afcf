import * as v from 'valibot'

/*
 * What the page, the JUnit file and the baseline need of a run. Always read through this, so that a report of an older
 * or newer version, or of another backend, still shows what it has.
 */

const number = v.optional(v.nullable(v.number()))
const text = v.optional(v.nullable(v.string()))

const heard = v.looseObject({
  firstSoundMs: number,
  path: text,
  via: text,
  latencyMs: v.optional(v.nullable(v.looseObject({ p50: number, p95: number }))),
  gapMs: number,
  framesSent: number,
  framesConcealed: number,
  interruptions: number,
})

const mark = v.looseObject({ atMs: v.number(), kind: v.string(), text: v.string(), forMs: number })
const look = v.looseObject({
  atMs: v.number(),
  played: v.number(),
})

const run = v.looseObject({
  name: v.string(),
  group: v.optional(v.string(), 'other'),
  pair: v.optional(
    v.nullable(v.looseObject({ broadcaster: v.string(), listener: v.string(), lan: text, help: text })),
  ),
  seed: v.optional(v.number(), 0),
  expected: v.optional(v.string(), ''),
  passed: v.boolean(),
  problems: v.optional(v.array(v.string()), []),
  heard: v.optional(v.nullable(heard)),
  errors: v.optional(v.array(v.looseObject({ role: text, code: text })), []),
  durationMs: v.optional(v.number(), 0),
  setAside: v.optional(v.array(v.string())),
  file: v.optional(v.string()),
  held: v.optional(v.looseObject({ worstMs: number, totalMs: number })),
  timeline: v.optional(v.nullable(v.looseObject({ marks: v.array(mark), looks: v.array(look) }))),
})

const aim = v.looseObject({
  name: v.string(),
  limitMs: v.number(),
  measuredMs: number,
  excusedMs: number,
  plays: v.optional(v.number(), 0),
  passed: v.boolean(),
})

const report = v.looseObject({
  commit: v.optional(v.string(), 'unknown'),
  node: v.optional(v.string(), ''),
  at: text,
  jobs: number,
  summary: v.optional(v.looseObject({ durationMs: number, interrupted: text })),
  aims: v.optional(v.array(aim), []),
  results: v.array(run),
})

type Num = number | null | undefined
type Text = string | null | undefined

export interface Run {
  name: string
  group: string
  /** Of the matrix: whose NATs, and who else is there. */
  pair?: { broadcaster: string; listener: string; lan?: Text; help?: Text } | null | undefined
  seed: number
  expected: string
  passed: boolean
  problems: string[]
  heard?: HeardData | null | undefined
  errors: { role?: Text; code?: Text }[]
  durationMs: number
  setAside?: string[] | undefined
  /** Where the scenario was read from, if it is none of the lab's own. */
  file?: string | undefined
  held?: { worstMs?: Num; totalMs?: Num } | undefined
  timeline?: RunTimeline | null | undefined
}

interface HeardData {
  firstSoundMs?: Num
  path?: Text
  via?: Text
  latencyMs?: { p50?: Num; p95?: Num } | null | undefined
  gapMs?: Num
  framesSent?: Num
  framesConcealed?: Num
  interruptions?: Num
}

export interface RunTimeline {
  marks: { atMs: number; kind: string; text: string; forMs?: Num }[]
  looks: { atMs: number; played: number }[]
}

export interface Report {
  commit: string
  node: string
  at?: Text
  jobs?: Num
  summary?: { durationMs?: Num; interrupted?: Text } | undefined
  aims: AimData[]
  results: Run[]
}

/** What many plays together have to reach. */
interface AimData {
  name: string
  limitMs: number
  measuredMs?: Num
  /** Without what the machine held the lab up for. */
  excusedMs?: Num
  plays: number
  passed: boolean
}

/** Throws a `ValiError` for what is no report at all. */
export function parseReport(value: unknown): Report {
  return v.parse(report, value)
}

/** Of the frames sent; undefined where nothing was heard. */
export function concealedShare({ heard: seen }: Run): number | undefined {
  const sent = seen?.framesSent ?? 0
  return sent === 0 ? undefined : (seen?.framesConcealed ?? 0) / sent
}

/** Of the whole run: also what was silent before a scenario's line is calm, and is not judged. Undefined where nothing was heard. */
export function longestGapMs({ heard: seen, timeline: along }: Run): number | undefined {
  if (!seen) return undefined
  const toldMs = along?.marks.flatMap(({ kind, forMs }) => (kind === 'gap' ? [forMs ?? 0] : [])) ?? []
  return Math.round(Math.max(seen.gapMs ?? 0, ...toldMs))
}

/** What a run came to, in a word. */
export type Outcome = 'failed' | 'swarm' | 'webrtc' | 'relayed' | 'silent' | 'told'

export function outcomeOf({ passed, heard: seen, errors, expected }: Run): Outcome {
  if (!passed) return 'failed'
  const path = seen?.path
  if (path === 'swarm' || path === 'webrtc' || path === 'relayed') return path
  return errors.length > 0 || expected === 'error' || expected === 'diagnosis' ? 'told' : 'silent'
}
