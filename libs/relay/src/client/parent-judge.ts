import { LIMITS } from '@pearcast/protocol'
import type { Lineage } from '../tree/lineage.ts'
import type { Misconduct } from '../trust/distrust.ts'
import type { ParentLink } from './parent-link.ts'

/** After a new run of the station, heads of the former one are still told for a while. */
const NEW_RUN_MS = 3000
/** Who left a parent for what it passed over, and finds the same at another one, has a bad line himself. */
const PATCHY_AGAIN_MS = 60_000
/** How far the second must be ahead; each hop may need as long again to find out by itself. */
export const AHEAD_FRAMES = 15
const AHEAD_FRAMES_PER_HOP = 2

interface Roles {
  readonly primary: string | undefined
  readonly second: string | undefined
}

/** Whether parents do what honest ones on a good line do, as far as their watches show. */
export class ParentJudge {
  #settledMs = 0
  #patchyMs = -Infinity

  /** Until a new run of the station has settled, nobody is held to what he tells. */
  get isSettled(): boolean {
    return this.#settledMs === 0
  }

  newRun(nowMs: number): void {
    this.#settledMs = nowMs + NEW_RUN_MS
  }

  /** True when a new run has settled by now, once. */
  settles(nowMs: number): boolean {
    if (this.isSettled || nowMs < this.#settledMs) return false
    this.#settledMs = 0
    return true
  }

  misconduct(link: ParentLink, roles: Roles, nowMs: number): Misconduct | undefined {
    if (!this.isSettled) return undefined
    const misconduct = link.watch.misconduct(nowMs) ?? this.#patchy(link, roles, nowMs)
    return misconduct === 'withheld' && link.withdrawn ? undefined : misconduct
  }

  /** Only where somebody else is there: better than silence it is. */
  #patchy({ key, watch }: ParentLink, { primary, second }: Roles, nowMs: number): Misconduct | undefined {
    if (key !== primary || !watch.isPatchy(nowMs)) return undefined
    if (second === undefined || nowMs - this.#patchyMs < PATCHY_AGAIN_MS) return undefined
    this.#patchyMs = nowMs
    return 'withheld'
  }

  /** Whether the second parent has what we should have had by now. */
  isAhead({ watch }: ParentLink, { depth, headSeq }: Lineage): boolean {
    const frames = AHEAD_FRAMES + AHEAD_FRAMES_PER_HOP * Math.min(depth, LIMITS.maxHops)
    return this.isSettled && watch.claimedSeq >= headSeq + frames
  }
}
