import * as v from 'valibot'
import { forkRandom, type Random, seededRandom } from '../random.ts'
import { drawPerson, type Mix } from './population.ts'
import type { VirtualPeer } from './virtual-peer.ts'
import { World } from './world.ts'

/** Something that befalls the tree. `who` chooses among those who are there. */
interface VirtualEvent {
  readonly atMs: number
  /** `deafen` is never mended and never drawn: it shows that a complaint is made. */
  readonly kind: 'join' | 'leave' | 'vanish' | 'cut' | 'mend' | 'stall' | 'resume' | 'deafen'
  readonly who: number
}

/** A station and what befalls it: all of it, so that it plays the same everywhere. */
export interface VirtualChaos {
  readonly seed: number
  readonly listeners: number
  readonly events: readonly VirtualEvent[]
}

/** What a play came to: `complaints` of what was wrong at the end, and `hash` of all its `events`. */
export interface VirtualOutcome {
  readonly complaints: string[]
  readonly events: number
  readonly hash: string
}

const KINDS: readonly VirtualEvent['kind'][] = [
  'join',
  'leave',
  'vanish',
  'vanish',
  'cut',
  'mend',
  'stall',
  'resume',
]
const MOST_EVENTS = 20
const SETTLE_MS = 20_000
const TROUBLE_MS = 40_000
/** After all is mended everybody hears again within this; who has to guess ports within that. */
const HEAR_MS = 10_000
const GUESSED_MS = 40_000
const DEAF_MS = 1000
/** Places enough for all, so that nobody is left out for want of one. */
const ROOMY: Mix = { relays: 0.5, slots: { least: 3, most: 6 } }

/** Trouble at random; the same seed gives the same. */
export function virtualChaosOf(seed: number): VirtualChaos {
  const random = seededRandom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const listeners = 10 + below(50)
  const events = Array.from({ length: 1 + below(MOST_EVENTS) }, (): VirtualEvent => {
    return { atMs: below(TROUBLE_MS), kind: KINDS[below(KINDS.length)] ?? 'join', who: below(1_000_000) }
  })
  return { seed, listeners, events: events.toSorted((a, b) => a.atMs - b.atMs) }
}

const parse = v.parser(
  v.object({
    seed: v.pipe(v.number(), v.integer()),
    listeners: v.pipe(v.number(), v.integer(), v.minValue(1)),
    events: v.array(
      v.object({
        atMs: v.pipe(v.number(), v.minValue(0)),
        kind: v.picklist(['join', 'leave', 'vanish', 'cut', 'mend', 'stall', 'resume', 'deafen']),
        who: v.pipe(v.number(), v.integer(), v.minValue(0)),
      }),
    ),
  }),
)

/** Of a file of the corpus. */
export function parseVirtualChaos(text: string): VirtualChaos {
  return parse(JSON.parse(text))
}

/** Plays it, mends all, and looks whether everybody hears again. */
export function playVirtualChaos({ events, listeners, seed }: VirtualChaos): VirtualOutcome {
  const world = new World({ seed, broadcaster: { nat: 'port-restricted', region: 0, accessMs: 5, slots: 6 } })
  const people = forkRandom(world.random)
  for (let i = 0; i < listeners; i++) world.join(drawPerson(people, ROOMY))
  world.agenda.runFor(SETTLE_MS)
  for (const event of events) world.agenda.after(event.atMs, () => befall(world, event, people))
  world.agenda.runFor(TROUBLE_MS)
  world.cut()
  world.resume()
  world.agenda.runFor(HEAR_MS)
  const early = complaintsOf(world, (peer) => !guesses(peer), HEAR_MS)
  world.agenda.runFor(GUESSED_MS - HEAR_MS)
  const complaints = [...early, ...complaintsOf(world, () => true, GUESSED_MS)]
  return { complaints, events: world.log.count, hash: world.log.hash }
}

function befall(world: World, { kind, who }: VirtualEvent, people: Random): void {
  const { listeners } = world
  const peer = listeners[who % Math.max(1, listeners.length)]
  switch (kind) {
    case 'join':
      world.join(drawPerson(people, ROOMY))
      return
    case 'leave':
      return peer === undefined ? undefined : world.leave(peer)
    case 'vanish':
      return peer === undefined ? undefined : world.vanish(peer)
    case 'cut': {
      // A side of the world, or a random half of it.
      const side = ({ id, person }: VirtualPeer): boolean =>
        who % 2 === 0 ? person.region === 1 : (Math.imul(id + who, 0x9e37_79b1) & 0x1_0000) !== 0
      return world.cut((a, b) => side(a) !== side(b))
    }
    case 'mend':
      return world.cut()
    case 'stall':
      return world.stall()
    case 'resume':
      return world.resume()
    case 'deafen':
      return peer === undefined ? undefined : world.deafen(peer)
  }
}

function guesses({ person }: VirtualPeer): boolean {
  return person.nat.startsWith('symmetric')
}

function complaintsOf(world: World, counts: (peer: VirtualPeer) => boolean, afterMs: number): string[] {
  const { agenda } = world
  return world.listeners.flatMap((peer) => {
    const { ears, id, leftMs, person, relay } = peer
    // Who came just now, or is leaving, is not asked.
    if (!counts(peer) || leftMs !== undefined || agenda.nowMs - peer.joinedMs < afterMs) return []
    const silentMs = ears.firstMs === undefined ? agenda.nowMs - peer.joinedMs : world.silentMs(peer)
    if (silentMs < DEAF_MS) return []
    const state = relay.client.state
    return [`listener ${id} (${person.nat}, ${state}) hears nothing ${afterMs / 1000} s after all was mended`]
  })
}
