import { INTERRUPTION_MS } from './ears.ts'
import type { VirtualPeer } from './virtual-peer.ts'
import type { World } from './world.ts'

/** The tree at one moment. */
export interface Census {
  readonly atS: number
  readonly listeners: number
  /** Of the listeners, who has had new audio within the last half second: 0..1. */
  readonly hearing: number
  /** Peers that the broadcaster sends audio to. */
  readonly copies: number
  readonly depth: { readonly p50: number; readonly p95: number; readonly max: number }
  /** Children that get audio from listeners, of those that listeners offer to serve: 0..1. */
  readonly uplinkUsed: number
  /** Of the listeners, who has a warm second parent: 0..1. */
  readonly warm: number
}

const DEAF_MS = 500

export function census(world: World): Census {
  const { agenda, listeners, root } = world
  const depths = depthsOf(world)
  let [deaf, served, offered, warm] = [0, 0, 0, 0]
  for (const peer of listeners) {
    if (isDeaf(world, peer)) deaf++
    served += servedBy(peer)
    offered += peer.person.slots
    if (peer.relay.client.second !== undefined) warm++
  }
  const count = Math.max(1, listeners.length)
  return {
    atS: agenda.nowMs / 1000,
    listeners: listeners.length,
    hearing: round(1 - deaf / count),
    copies: servedBy(root),
    depth: { p50: quantile(depths, 0.5), p95: quantile(depths, 0.95), max: depths.at(-1) ?? 0 },
    uplinkUsed: round(served / Math.max(1, offered)),
    warm: round(warm / count),
  }
}

/** Of these, who has had new audio within the last half second: 0..1. */
export function hearingOf(world: World, peers: readonly VirtualPeer[]): number {
  const deaf = peers.reduce((sum, peer) => sum + (isDeaf(world, peer) ? 1 : 0), 0)
  return round(1 - deaf / Math.max(1, peers.length))
}

function isDeaf(world: World, peer: VirtualPeer): boolean {
  if (peer.ears.firstMs === undefined) return true
  const { primary } = peer
  // Of most of them nothing needs to be worked out.
  const isCalm = primary?.gets === 'audio' && primary.flows
  return !isCalm && world.silentMs(peer) > DEAF_MS
}

/** The value below which the share `p` of sorted numbers lies. */
export function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? 0
}

function round(value: number, digits = 5): number {
  return Number(value.toFixed(digits))
}

function servedBy({ below }: VirtualPeer): number {
  let served = 0
  for (const { serves } of below.values()) if (serves === 'audio') served++
  return served
}

/** Hops from the broadcaster of everybody who has a way to it, sorted. */
function depthsOf({ root }: World): number[] {
  const depths: number[] = []
  let level: VirtualPeer[] = [root]
  // Each has one primary: no peer is met twice, and a loop not at all.
  for (let depth = 1; level.length > 0; depth++) {
    const next: VirtualPeer[] = []
    for (const host of level) {
      for (const link of host.below.values()) {
        if (!link.dialer.alive || link.dialer.primary !== link) continue
        next.push(link.dialer)
        depths.push(depth)
      }
    }
    level = next
  }
  return depths
}

/** What all listeners together heard, also those who left, since the account was opened. */
export interface Hearing {
  /** 1 less the share of the listening time without new audio, from each one's first sound on. */
  readonly continuity: number
  /** Silences of 150 ms and more, for each listener and hour. */
  readonly interruptionsPerHour: number
  readonly silenceMs: { readonly p50: number; readonly p95: number; readonly max: number }
  /** Frames that never came, of those that were sent while somebody listened. */
  readonly lost: number
}

/** Counts what is heard from now on. */
export class HearingAccount {
  readonly #world: World
  readonly #sinceMs: number
  readonly #before = new Map<VirtualPeer, { silences: number; lost: number; openMs: number }>()

  constructor(world: World) {
    this.#world = world
    this.#sinceMs = world.agenda.nowMs
    world.catchUp()
    for (const peer of world.listeners) {
      const { lost, silencesMs } = peer.ears
      const openMs = world.silentMs(peer)
      this.#before.set(peer, { silences: silencesMs.length, lost, openMs })
    }
  }

  close(): Hearing {
    const { agenda, peers } = this.#world
    this.#world.catchUp()
    const silences: number[] = []
    let listenedMs = 0
    let silentMs = 0
    let lost = 0
    for (const peer of peers) {
      const { firstMs, silencesMs } = peer.ears
      const untilMs = peer.leftMs ?? agenda.nowMs
      if (peer.isRoot || firstMs === undefined || untilMs <= this.#sinceMs) continue
      const before = this.#before.get(peer) ?? { silences: 0, lost: 0, openMs: 0 }
      listenedMs += untilMs - Math.max(firstMs, this.#sinceMs)
      const own = silencesMs.slice(before.silences)
      if (peer.alive) own.push(this.#world.silentMs(peer))
      // A silence that had begun before counts from where the account was opened.
      if (own[0] !== undefined) own[0] = Math.max(0, own[0] - before.openMs)
      for (const each of own) {
        silentMs += each
        if (each >= INTERRUPTION_MS) silences.push(each)
      }
      lost += peer.ears.lost - before.lost
    }
    silences.sort((a, b) => a - b)
    const hours = listenedMs / 3_600_000
    return {
      continuity: round(1 - silentMs / Math.max(1, listenedMs), 6),
      interruptionsPerHour: round(silences.length / Math.max(hours, 1e-9), 2),
      silenceMs: { p50: quantile(silences, 0.5), p95: quantile(silences, 0.95), max: silences.at(-1) ?? 0 },
      lost: round((lost * 20) / Math.max(1, listenedMs), 6),
    }
  }
}
