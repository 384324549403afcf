import type { Lineage } from '../tree/lineage.ts'
import type { ParentChoice } from './parent-choice.ts'
import { ParentJudge } from './parent-judge.ts'
import type { ParentLink } from './parent-link.ts'
import type { ParentMail } from './parent-mail.ts'
import type { ClientEvent } from './types.ts'

/** How often the watches are looked at: a parent beats as often. */
const CHECK_MS = 100
/** A check that comes so much too late means that our own machine stood still. */
const PAUSE_MS = 150

/** Whose parents are looked after, and what comes of it. */
interface Checked {
  readonly links: ReadonlyMap<string, ParentLink>
  readonly lineage: Lineage
  readonly choice: ParentChoice
  readonly mail: ParentMail
  /** The station is held to nothing, since nobody else has what it does not send. */
  readonly isStation: (key: string) => boolean
  readonly roles: { readonly primary: string | undefined; readonly second: string | undefined }
  readonly jitterMs: () => number
  readonly send: (event: ClientEvent) => void
  /** It did not come up, or did not answer in time. */
  readonly overdue: (link: ParentLink) => void
}

/** Looks after the parents at regular times: who fell silent, misbehaves or lags, who is to be asked or told again. */
export class ParentChecks {
  /** We are about to go: no better parent is looked for any more. */
  stays: boolean = false
  readonly #of: Checked
  readonly #judge = new ParentJudge()
  #checkMs = Infinity

  constructor(of: Checked) {
    this.#of = of
  }

  /** When `advance` wants to be called next. */
  get nextMs(): number {
    return Math.min(this.#checkMs, this.#silentAtMs)
  }

  /** The moment from which the primary is suspect is not left to the next regular check. */
  get #silentAtMs(): number {
    const { links, roles } = this.#of
    const link = roles.primary === undefined ? undefined : links.get(roles.primary)
    return link === undefined || link.silent ? Infinity : link.watch.silentAtMs
  }

  start(nowMs: number): void {
    this.#checkMs = nowMs + CHECK_MS
  }

  stop(): void {
    this.#checkMs = Infinity
  }

  newRun(nowMs: number): void {
    this.#judge.newRun(nowMs)
    this.#forgetHeads()
  }

  /** Something changed: the next check may be due earlier. */
  soon(nowMs: number): void {
    this.#checkMs = Math.min(this.#checkMs, this.#nextCheckMs(nowMs))
  }

  advance(nowMs: number): void {
    if (nowMs < this.nextMs) return
    const lateMs = nowMs - this.#checkMs
    if (lateMs > PAUSE_MS) for (const link of this.#of.links.values()) link.watch.forgive(lateMs)
    this.#checkMs = nowMs + CHECK_MS
    this.#check(nowMs)
    this.#checkMs = this.#nextCheckMs(nowMs)
  }

  #forgetHeads(): void {
    for (const link of this.#of.links.values()) link.watch.newRun()
  }

  #check(nowMs: number): void {
    const { choice, lineage, links, roles, send } = this.#of
    if (this.#judge.settles(nowMs)) this.#forgetHeads()
    for (const link of links.values()) this.#checkLink(link, nowMs)
    const second = roles.second === undefined ? undefined : links.get(roles.second)
    if (second !== undefined && this.#judge.isAhead(second, lineage)) send({ type: 'AHEAD', key: second.key })
    if (this.stays) return
    const mayUse = ({ key }: { key: string }): boolean => key === second?.key || !links.has(key)
    const better = choice.better(mayUse, nowMs)
    if (better !== undefined) send({ type: 'BETTER', key: better })
  }

  #checkLink(link: ParentLink, nowMs: number): void {
    const { isStation, jitterMs, links, mail, overdue, roles, send } = this.#of
    const { key } = link
    if (link.phase !== 'held') {
      if (nowMs >= link.deadlineMs) overdue(link)
      return
    }
    const misconduct = isStation(key) ? undefined : this.#judge.misconduct(link, roles, nowMs)
    if (misconduct !== undefined) return send({ type: 'GUILTY', key, reason: misconduct })
    const silent = link.watch.isSilent(nowMs)
    if (silent !== link.silent) {
      link.silent = silent
      send(silent ? { type: 'SILENT', key, jitterMs: jitterMs() } : { type: 'ALIVE', key })
    }
    if (nowMs >= link.tellMs && key === roles.primary) mail.tellRoom(link, nowMs)
    if (nowMs >= link.renewMs && links.has(key)) this.#renewAll(nowMs)
  }

  #renewAll(nowMs: number): void {
    for (const link of this.#of.links.values()) {
      if (link.phase !== 'held' || !link.mayRenew(nowMs)) continue
      link.renewed(nowMs)
      this.#of.mail.reserve(link, nowMs)
    }
  }

  /** Only who may fall silent, or behind, is looked at ten times a second. */
  #nextCheckMs(nowMs: number): number {
    const { choice, links, roles } = this.#of
    const soonMs = nowMs + CHECK_MS
    if (!this.#judge.isSettled) return soonMs
    let nextMs = roles.primary === undefined ? Infinity : choice.lookMs
    for (const { deadlineMs, phase, renewMs, silent, tellMs, watch } of links.values()) {
      if (phase === 'held' && (silent || !watch.flowing)) return soonMs
      nextMs = Math.min(nextMs, phase === 'held' ? Math.min(renewMs, tellMs) : deadlineMs)
    }
    return Math.max(nextMs, soonMs)
  }
}
