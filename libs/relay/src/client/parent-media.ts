import type { Lineage } from '../tree/lineage.ts'
import { AHEAD_FRAMES } from './parent-judge.ts'
import type { ParentLink } from './parent-link.ts'
import type { Stretch } from './ports.ts'
import type { ClientEvent, SwitchCause } from './types.ts'

/** Verified copies in a row that show that a new parent sends. */
const ENOUGH_COPIES = 3

/** Which parents there are, as their frames are told apart. */
interface Roles {
  readonly primary: string | undefined
  /** The one that is to take over, and why. */
  readonly next: string | undefined
  readonly cause: SwitchCause
}

/**
 * Verified frames of parents: those of the primary advance us; those of the one that is to take over show that it sends, and
 * whether it is nearer to the source than we are.
 */
export class ParentMedia {
  readonly #lineage: Lineage
  readonly #roles: Roles
  readonly #send: (event: ClientEvent) => void
  #copies = 0

  constructor(lineage: Lineage, roles: Roles, send: (event: ClientEvent) => void) {
    this.#lineage = lineage
    this.#roles = roles
    this.#send = send
  }

  /** Whether the one that is to take over has shown that it sends what we have. */
  get nextSends(): boolean {
    return this.#copies >= ENOUGH_COPIES
  }

  /** Another parent is to take over. */
  nextChanged(): void {
    this.#copies = 0
  }

  /** Returns whether it may be passed on, see `RelayClient.frame`. Hot. */
  frame(
    { key, watch }: ParentLink,
    run: number,
    seq: number,
    hops: number,
    isNew: boolean,
    nowMs: number,
  ): boolean {
    watch.heard(nowMs)
    watch.frame(seq, hops)
    if (key === this.#roles.primary) this.#lineage.advance(run, seq, hops)
    else if (key === this.#roles.next) this.#fromNext(key, run, seq, hops, isNew)
    return isNew && run === this.#lineage.run && seq <= this.#lineage.headSeq
  }

  /** What `frame` does for each of them. */
  stretch({ key, watch }: ParentLink, run: number, { seq, hops, count, everyMs, lastMs }: Stretch): void {
    watch.heardStretch(count, everyMs, lastMs)
    watch.frames(seq, hops, count)
    if (key === this.#roles.primary) return this.#lineage.advance(run, seq, hops)
    if (key !== this.#roles.next) return
    const known = Math.min(seq, this.#lineage.headSeq) - (seq - count)
    const copies = run === this.#lineage.run ? Math.min(Math.max(known, 0), ENOUGH_COPIES) : 0
    for (let i = 0; i < copies; i++) this.#copy(key)
    this.#fromNext(key, run, seq, hops, true)
  }

  #fromNext(key: string, run: number, seq: number, hops: number, isNew: boolean): void {
    const lineage = this.#lineage
    const aheadEnough =
      this.#roles.cause !== 'ahead' || run > lineage.run || seq >= lineage.headSeq + AHEAD_FRAMES
    if (aheadEnough && lineage.isNearer(run, seq, hops)) {
      lineage.moveTo(run, seq, hops)
      this.#send({ type: 'DELIVERS', key })
    } else if (!isNew) this.#copy(key)
  }

  #copy(key: string): void {
    if (++this.#copies === ENOUGH_COPIES) this.#send({ type: 'COPIES', key })
  }
}
