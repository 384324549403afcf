import { toHex, type Frame, type StationLink } from '@pearcast/protocol'
import type { DhtNode } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import type { RelayMode } from '../tuner/branch.ts'
import type { TunerOptions } from '../tuner/tuner-options.ts'
import { Tuner } from '../tuner/tuner.ts'
import type { TunerEvent } from '../tuner/tuner-event.ts'

export interface EarOptions {
  link: StationLink
  node: DhtNode
  relay?: RelayMode
  maxChildren?: number
  role?: TunerOptions['role']
  /** see `TunerOptions` */
  pushed?: boolean
}

/** Somebody who receives a station with a real tuner, and writes down what would be played, and when. */
export class Ear {
  readonly tuner: Tuner
  readonly events: (TunerEvent & { atMs: number })[] = []
  /** Bodies by sequence number, as the player got them first. */
  readonly heard: Map<number, Uint8Array> = new Map()
  /** Frames that came again with other bytes. */
  contradictions = 0
  quiet = 0
  #newestMs = 0
  #worstGapMs = 0
  #knows: (key: string) => boolean = () => true

  constructor({ link, maxChildren, node, pushed, relay = 'off', role = 'listener' }: EarOptions) {
    this.tuner = new Tuner({
      link,
      node,
      role,
      relay,
      maxChildren,
      pushed,
      path: 'swarm',
      player: {
        start: () => undefined,
        reset: () => this.heard.clear(),
        startAfter: () => undefined,
        onFrame: (frame) => this.#hear(frame),
        onHeartbeat: ({ state }) => {
          if (state !== 'live') this.quiet++
        },
        awaitRepair: () => undefined,
        tuneRepair: () => undefined,
      },
      onEvent: (event) => this.events.push({ ...event, atMs: nowUs() / 1000 }),
      onEnd: () => undefined,
    })
  }

  get key(): string {
    return this.tuner.key
  }

  get primary(): string | undefined {
    return this.tuner.tree.client.primary
  }

  get second(): string | undefined {
    return this.tuner.tree.client.second
  }

  get isFound(): boolean {
    return this.events.some((event) => event.event === 'announced' && event.announced)
  }

  /** The longest time without a new frame since `listenFromHere`, one that still lasts included, ms. */
  get worstGapMs(): number {
    return Math.round(Math.max(this.#worstGapMs, nowUs() / 1000 - this.#newestMs))
  }

  get distrusted(): { key: string; reason: string; atMs: number }[] {
    return this.events.filter((event) => event.event === 'distrusted')
  }

  /** The parents it has had since then, unix ms; null for nobody. */
  parentsSince(ms: number): { key: string | null; atMs: number; cause: string }[] {
    return this.events.filter((event) => event.event === 'parent').filter(({ atMs }) => atMs >= ms)
  }

  /** Whom the topic, the record and others name is known from now on only if this says so. */
  knowOnly(knows: (key: string) => boolean): void {
    this.#knows = knows
  }

  /** @param knows see `knowOnly` */
  async start(knows?: (key: string) => boolean): Promise<void> {
    if (knows !== undefined) this.knowOnly(knows)
    const { tree } = this.tuner
    const learn = tree.learn.bind(tree)
    const message = tree.message.bind(tree)
    tree.learn = (news, nowMs) => {
      if (this.#knows(news.key)) learn(news, nowMs)
    }
    tree.message = (key, prefix, said, nowMs) => {
      if (said.type !== 'parents') return message(key, prefix, said, nowMs)
      const parents = said.parents.filter((parent) => this.#knows(toHex(parent.key)))
      message(key, prefix, { ...said, parents }, nowMs)
    }
    await this.tuner.start()
  }

  listenFromHere(): void {
    this.#worstGapMs = 0
    this.#newestMs = nowUs() / 1000
  }

  stop(): Promise<void> {
    return this.tuner.stop()
  }

  #hear({ body, seq }: Frame): void {
    const before = this.heard.get(seq)
    if (before !== undefined) {
      if (!isSame(before, body)) this.contradictions++
      return
    }
    this.heard.set(seq, body.slice())
    const nowMs = nowUs() / 1000
    if (this.#newestMs > 0) this.#worstGapMs = Math.max(this.#worstGapMs, nowMs - this.#newestMs)
    this.#newestMs = nowMs
  }
}

/** Of the frames that both heard: how many, and how many of them differ. */
export function compare(ear: Ear, reference: Ear): { both: number; different: number } {
  let both = 0
  let different = ear.contradictions
  for (const [seq, body] of ear.heard) {
    const other = reference.heard.get(seq)
    if (other === undefined) continue
    both++
    if (!isSame(body, other)) different++
  }
  return { both, different }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
