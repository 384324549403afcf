import { percentile } from '../report/summary.ts'
import type { Result } from './run-scenario.ts'

/** What many plays together have to reach, though no single one has. */
export interface Aim {
  name: string
  /** ms */
  limitMs: number
  /** As measured, and without what the machine held the lab up for; `null` when too few were played to tell. */
  measuredMs: number | null
  excusedMs: number | null
  plays: number
  passed: boolean
}

/** A 95th percentile of fewer says nothing. */
const ENOUGH = 20

interface Wanted {
  name: string
  limitMs: number
  share: number
  counts: (result: Result) => boolean
}

const WANTED: readonly Wanted[] = [
  { name: 'first sound, one relay, p95', limitMs: 3000, share: 0.95, counts: hasHelp('relay') },
  { name: 'first sound, a reachable listener, p95', limitMs: 3000, share: 0.95, counts: hasHelp('listener') },
  { name: 'first sound, easy NATs, p50', limitMs: 1000, share: 0.5, counts: isEasy },
  { name: 'first sound, easy NATs, p95', limitMs: 2000, share: 0.95, counts: isEasy },
]

/** Over the plays of the matrix. */
export function aimsOf(results: readonly Result[]): Aim[] {
  return WANTED.flatMap(({ name, limitMs, share, counts }): Aim[] => {
    const heard = results.filter(counts).flatMap((result) => soundOf(result))
    if (heard.length === 0) return []
    const isEnough = heard.length >= ENOUGH
    const all = heard.map(({ firstSoundMs }) => firstSoundMs)
    const excused = heard.map(({ firstSoundMs, startMs }) => Math.max(0, firstSoundMs - startMs))
    const measuredMs = percentile(all, share)
    const excusedMs = percentile(excused, share)
    return [
      {
        name,
        limitMs,
        measuredMs: isEnough ? measuredMs : null,
        excusedMs: isEnough ? excusedMs : null,
        plays: heard.length,
        passed: !isEnough || excusedMs <= limitMs,
      },
    ]
  })
}

/** A line for people. */
export function aimText({ name, limitMs, measuredMs, excusedMs, plays, passed }: Aim): string {
  if (measuredMs === null) return `  ${name}: too few plays to tell (${plays})`
  const excused = excusedMs === measuredMs ? '' : ` (${excusedMs} ms without what the machine held up)`
  return `${passed ? '✔' : '✖'} ${name}: ${measuredMs} ms${excused}, to be at most ${limitMs} ms; ${plays} plays`
}

function soundOf({ heard, held }: Result): { firstSoundMs: number; startMs: number }[] {
  return heard === undefined ? [] : [{ firstSoundMs: heard.firstSoundMs, startMs: held.startMs }]
}

function hasHelp(help: 'relay' | 'listener'): (result: Result) => boolean {
  return ({ group, pair }) => group === 'matrix' && pair?.help === help
}

/** Both sides show everybody the same port. */
function isEasy({ group, pair }: Result): boolean {
  if (group !== 'matrix' || pair === undefined) return false
  return ![pair.broadcaster, pair.listener].some((place) => place.startsWith('symmetric'))
}
