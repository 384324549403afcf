import type { Path, Via } from '@pearcast/protocol'
import type { DirectPath } from '@pearcast/session-fsm'

type Who = { direct: true } | { direct: false; key: string }

/** Who sends the audio now, the station itself or a relay, and by which path. */
export class Carrier {
  #who: Who | undefined
  #path: Path | undefined
  #via: Via | undefined

  get path(): Path | undefined {
    return this.#path
  }

  get via(): Via | undefined {
    return this.#via
  }

  get isDirect(): boolean {
    return this.#who?.direct === true
  }

  get isRelayed(): boolean {
    return this.#who?.direct === false
  }

  /** The relay that carries, if one does. */
  get relayKey(): string | undefined {
    return this.#who?.direct === false ? this.#who.key : undefined
  }

  direct(): void {
    this.#who = { direct: true }
  }

  relay(key: string): void {
    this.#who = { direct: false, key }
  }

  none(): void {
    this.#who = undefined
  }

  /** The path that is left, when this is a change of path; a path to the station is none while a relay carries. */
  moveTo(to: DirectPath | 'relayed', via: Via | undefined): Path | undefined {
    if (via === undefined || (to !== 'relayed' && this.isRelayed)) return undefined
    const from = this.#path
    this.#path = to
    this.#via = via
    return from === to ? undefined : from
  }
}
