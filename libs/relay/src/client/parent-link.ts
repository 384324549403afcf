import { ParentWatch } from './parent-watch.ts'

/** Hole punching takes its time; a peer that does not answer a reservation has no use for us. */
const CONNECT_MS = 10_000
const RESERVE_MS = 3000
/**
 * A place is asked for again after half its lifetime, so that one lost answer costs nothing; a little earlier when the
 * other parent is asked anyway.
 */
const RENEW_AFTER = 0.5
const RENEW_WITH_OTHER_AFTER = 0.44

/** One link to a parent, or to a peer that is to become one. */
export class ParentLink {
  readonly key: string
  phase: 'connecting' | 'reserving' | 'held' = 'connecting'
  /** Heads only: it is the warm second. */
  standby: boolean
  /** Keys on its way from the broadcaster, who comes first; and the same with its own. */
  ancestors: readonly string[] = []
  way: readonly string[]
  silent = false
  /** It has asked us to go. */
  withdrawn = false
  /** Nothing is asked of it: it is told of our place. */
  isHeir = false
  deadlineMs: number
  renewMs: number = Infinity
  /** Children that we could serve, as the peer was told. */
  toldSlots: number | undefined
  /** Which room the peer was told of, when, and when it is to be told again. */
  toldRoom: string | undefined
  toldMs: number = -Infinity
  tellMs: number = Infinity
  readonly watch: ParentWatch
  #lifetimeMs = 0
  #told = false

  constructor(key: string, standby: boolean, nowMs: number) {
    this.key = key
    this.way = [key]
    this.standby = standby
    this.deadlineMs = nowMs + CONNECT_MS
    this.watch = new ParentWatch(nowMs)
  }

  /** It told its way from the broadcaster. Returns whether that is news. */
  tells(ancestors: readonly string[]): boolean {
    const { length } = this.ancestors
    const isSame = ancestors.length === length && ancestors.every((key, at) => key === this.ancestors[at])
    if (this.#told && isSame) return false
    this.#told = true
    this.ancestors = ancestors
    this.way = [...ancestors, this.key]
    return true
  }

  reserving(nowMs: number): void {
    this.phase = 'reserving'
    this.deadlineMs = nowMs + RESERVE_MS
  }

  hold(nowMs: number, lifetimeMs: number): void {
    this.phase = 'held'
    this.watch.heard(nowMs)
    this.renewed(nowMs, lifetimeMs)
  }

  renewed(nowMs: number, lifetimeMs: number = this.#lifetimeMs): void {
    this.#lifetimeMs = lifetimeMs
    this.renewMs = nowMs + lifetimeMs * RENEW_AFTER
  }

  mayRenew(nowMs: number): boolean {
    return nowMs >= this.renewMs - this.#lifetimeMs * (RENEW_AFTER - RENEW_WITH_OTHER_AFTER)
  }

  activate(nowMs: number): void {
    this.standby = false
    this.watch.setActive(true, nowMs)
  }

  rest(nowMs: number): void {
    this.standby = true
    this.watch.setActive(false, nowMs)
  }
}
