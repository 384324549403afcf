import * as v from 'valibot'
import { concealedShare, type Report, type Run } from './run-data.ts'
import { percentile } from './summary.ts'

/** Of one scenario. */
interface Figures {
  /** Every play passed. */
  passed: boolean
  /** Medians over the plays; absent where nothing was heard. */
  firstSoundMs?: number
  latencyMs?: number
  gapMs?: number
  concealed?: number
}

export interface Baseline {
  commit: string
  node: string
  /** By the scenario's name. */
  scenarios: Record<string, Figures>
}

const measured = v.exactOptional(v.number())
const baseline = v.object({
  commit: v.string(),
  node: v.string(),
  scenarios: v.record(
    v.string(),
    v.object({
      passed: v.boolean(),
      firstSoundMs: measured,
      latencyMs: measured,
      gapMs: measured,
      concealed: measured,
    }),
  ),
})

type Figure = Exclude<keyof Figures, 'passed'>

/** Throws a `ValiError` for what is no baseline. */
export function parseBaseline(value: unknown): Baseline {
  return v.parse(baseline, value)
}

/** What a report comes to, to be compared with later ones. Negative controls fail on purpose and have no figures. */
export function baselineOf({ commit, node, results }: Report): Baseline {
  const byName = Map.groupBy(results, ({ name }) => name)
  return {
    commit,
    node,
    scenarios: Object.fromEntries([...byName].map(([name, runs]) => [name, figuresOf(runs)])),
  }
}

function figuresOf(runs: readonly Run[]): Figures {
  const passed = runs.every((run) => run.passed)
  const heard = runs.filter((run) => run.heard && run.expected !== 'failure')
  return {
    passed,
    ...median('firstSoundMs', heard, (run) => run.heard?.firstSoundMs),
    ...median('latencyMs', heard, (run) => run.heard?.latencyMs?.p50),
    ...median('gapMs', heard, (run) => run.heard?.gapMs),
    ...median('concealed', heard, concealedShare),
  }
}

function median(
  name: Figure,
  runs: readonly Run[],
  of: (run: Run) => number | null | undefined,
): Partial<Figures> {
  const values = runs.map(of).filter((value) => typeof value === 'number')
  return values.length === 0 ? {} : { [name]: percentile(values, 0.5) }
}

/**
 * How much worse a figure may be: `ratio` times what it was, and `slack` on top, because a single run is one draw. Of
 * a whole group the median of the ratios must stay below `group`.
 */
const TOLERANCE: Record<Figure, { ratio: number; slack: number; group: number; words: string }> = {
  firstSoundMs: { ratio: 2, slack: 500, group: 1.3, words: 'first sound' },
  latencyMs: { ratio: 1.5, slack: 25, group: 1.2, words: 'latency' },
  gapMs: { ratio: 2, slack: 400, group: Infinity, words: 'longest gap' },
  concealed: { ratio: 2, slack: 0.005, group: Infinity, words: 'concealed' },
}
/** What is concealed fades out over 100 ms: so many frames are one event, and one event in a short play is no regression. */
const CONCEALED_SLACK_FRAMES = 5
const FIGURES: readonly Figure[] = ['firstSoundMs', 'latencyMs', 'gapMs', 'concealed']
/** Fewer are no group to take a median of. */
const GROUP_RUNS = 5
/** As many single figures as somebody reads. */
const NEAREST = 10

export interface Comparison {
  commit: string
  /** Scenarios in both. */
  compared: number
  /** Each fails the gate. */
  regressions: { where: string; text: string }[]
  /** Figures of single scenarios, those first that come nearest to their limit or are above it. */
  nearest: { name: string; words: string; was: string; is: string; limit: string; isAbove: boolean }[]
  /** The median of now / then over a group's scenarios. */
  ratios: { group: string; figure: string; ratio: number; limit: number; scenarios: number }[]
}

/** @param then what was stored */
export function compare(report: Report, then: Baseline): Comparison {
  const now = baselineOf(report)
  const pairs = Object.entries(now.scenarios).flatMap(([name, after]) => {
    const before = then.scenarios[name]
    return before === undefined
      ? []
      : [{ name, before, after, heldMs: heldMs(report, name), frames: framesOf(report, name) }]
  })
  const groups = Map.groupBy(
    pairs,
    ({ name }) => report.results.find((run) => run.name === name)?.group ?? 'other',
  )
  const ratios = [...groups].flatMap(([group, all]) =>
    FIGURES.flatMap((figure) => ratioOf(group, figure, all)),
  )
  const ofGroups = ratios
    .filter(({ ratio, limit }) => ratio > limit)
    .map(({ group, figure, ratio, limit }) => ({
      where: `${group}/`,
      text: `${figure} is ${ratio.toFixed(2)} times what it was (median of the group), more than ${limit}`,
    }))
  const regressions = [...pairs.flatMap(regressionsOf), ...ofGroups]
  const nearest = pairs
    .flatMap(judged)
    .filter(({ is, was }) => is > was)
    .toSorted((a, b) => b.is / b.limit - a.is / a.limit)
    .slice(0, NEAREST)
    .map(({ name, figure, was, is, limit }) => ({
      name,
      words: TOLERANCE[figure].words,
      was: shown(figure, was),
      is: shown(figure, is),
      limit: shown(figure, limit),
      isAbove: is > limit,
    }))
  return { commit: then.commit, compared: pairs.length, regressions, nearest, ratios }
}

/** `no regression`, `1 regression`, `2 regressions`. */
export function countOf(regressions: Comparison['regressions']): string {
  const { length } = regressions
  return `${length === 0 ? 'no' : length} regression${length > 1 ? 's' : ''}`
}

/** For a terminal. */
export function comparisonText({ commit: then, compared, regressions, ratios }: Comparison): string {
  const lines = regressions.map(({ where, text }) => `    ${where}: ${text}`)
  const medians = ratios.map(({ group, figure, ratio }) => `${group} ${figure} x${ratio.toFixed(2)}`)
  const scenarios = `${compared} scenario${compared === 1 ? '' : 's'}`
  const head = `Against the baseline of ${then}: ${scenarios}, ${countOf(regressions)}`
  return [medians.length === 0 ? head : `${head} (${medians.join(', ')})`, ...lines].join('\n')
}

interface Pair {
  name: string
  before: Figures
  after: Figures
  /** What the machine kept the lab from: no regression of the program. */
  heldMs: number
  /** Of its shortest play. */
  frames: number
}

function regressionsOf(pair: Pair): Comparison['regressions'] {
  const { name, before, after } = pair
  if (before.passed && !after.passed) return [{ where: name, text: 'passed, and fails now' }]
  return judged(pair)
    .filter(({ is, limit }) => is > limit)
    .map(({ figure, is, was }) => ({
      where: name,
      text: `${TOLERANCE[figure].words} ${shown(figure, is)}, was ${shown(figure, was)}`,
    }))
}

interface Judged {
  name: string
  figure: Figure
  was: number
  is: number
  limit: number
}

function judged({ name, before, after, frames, heldMs: held }: Pair): Judged[] {
  return FIGURES.flatMap((figure) => {
    const { ratio, slack } = TOLERANCE[figure]
    const [was, is] = [before[figure], after[figure]]
    if (was === undefined || is === undefined) return []
    const least = figure === 'concealed' ? Math.max(slack, CONCEALED_SLACK_FRAMES / frames) : slack + held
    return [{ name, figure, was, is, limit: was * ratio + least }]
  })
}

function ratioOf(group: string, figure: Figure, pairs: readonly Pair[]): Comparison['ratios'] {
  const { group: limit, words } = TOLERANCE[figure]
  const ratios = pairs.flatMap(({ before, after }) => {
    const [was = 0, is] = [before[figure], after[figure]]
    return was > 0 && is !== undefined ? [is / was] : []
  })
  if (ratios.length < GROUP_RUNS || limit === Infinity) return []
  return [{ group, figure: words, ratio: percentile(ratios, 0.5), limit, scenarios: ratios.length }]
}

function heldMs({ results }: Report, name: string): number {
  return Math.max(0, ...results.filter((run) => run.name === name).map(({ held }) => held?.totalMs ?? 0))
}

function framesOf({ results }: Report, name: string): number {
  const sent = results.filter((run) => run.name === name).map((run) => run.heard?.framesSent ?? 0)
  return Math.max(1, Math.min(...sent.filter((count) => count > 0)))
}

function shown(figure: Figure, value: number): string {
  return figure === 'concealed' ? `${(value * 100).toFixed(2)} %` : `${Math.round(value)} ms`
}
