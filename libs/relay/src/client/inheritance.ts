import { type ParentHint, toHex } from '@pearcast/protocol'
import type { ParentChoice } from './parent-choice.ts'
import type { ParentLink } from './parent-link.ts'
import type { ParentMail } from './parent-mail.ts'

/** Whoever says that we are to have its place, we ask for it this often. */
const INHERIT_EVERY_MS = 10_000
/** Below this nobody hangs on us for whom we could have a place. */
const HEIR_SLOTS = 2

/** Who inherits. */
interface Heir {
  readonly links: ReadonlyMap<string, ParentLink>
  readonly choice: ParentChoice
  readonly mail: ParentMail
  readonly roles: { readonly ancestors: readonly string[]; readonly second: string | undefined }
  /** Children that we could serve. */
  readonly slots: () => number
}

/** Places that change hands when somebody stops serving others: ours, or the one of somebody on our way. */
export class Inheritance {
  readonly #of: Heir
  #inheritedMs = -Infinity

  constructor(of: Heir) {
    this.#of = of
  }

  /**
   * We serve nobody any more, and our place at this parent is for the heir.
   *
   * @param child the heir's link to us, if it is a child of ours
   * @returns whether it has to be dialled, to be told
   */
  handOver(parent: ParentLink, heir: string, child: string | undefined, nowMs: number): boolean {
    const { links, mail, roles } = this.#of
    const depth = roles.ancestors.length
    mail.reserve(parent, nowMs)
    mail.name(heir, depth, parent.key)
    if (child === undefined) return !links.has(heir)
    mail.name(parent.key, depth - 1, child)
    return false
  }

  /** Somebody who stops serving others names one on our way alone: the key of that one, where we are to have its place. */
  claim([hint, ...others]: readonly ParentHint[], nowMs: number): string | undefined {
    if (hint === undefined || others.length > 0 || hint.freeSlots < 1) return undefined
    const { choice, links, mail, roles, slots } = this.#of
    const key = toHex(hint.key)
    const mayAsk = !links.has(key) || key === roles.second
    // No hearsay: whom we hang on anyway we might ask at any time.
    if (!mayAsk || !roles.ancestors.includes(key) || slots() < HEIR_SLOTS) return undefined
    if (nowMs - this.#inheritedMs < INHERIT_EVERY_MS || choice.isDistrusted(key, nowMs)) return undefined
    this.#inheritedMs = nowMs
    mail.inherits(nowMs)
    choice.worked(key)
    return key
  }
}
