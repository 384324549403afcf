import { describe, expect, test, vi } from 'vitest'
import { census } from './census.ts'
import { Link } from './link.ts'
import { grown } from './testing/grown.ts'
import type { VirtualPeer } from './virtual-peer.ts'
import type { World } from './world.ts'

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1)
const LISTENERS = 40
/** Where in between two frames or two looks something falls, and what becomes of it. */
const CLOSE_MS = 20

/** One story with each kind of media. */
interface Twins {
  readonly intervals: World
  readonly frames: World
}

/**
 * Intervals differ from frames in one thing on purpose: a calm peer looks when there is something to see, not ten times a
 * second, and so tells of room up to 100 ms earlier or later. That turns a choice between two that are all but equal, and
 * with it those of who asks next. Here nobody is calm as the tree grows, and nothing may differ but the order of what falls
 * into one millisecond.
 */
function grownWithoutCalm(seed: number): Twins {
  const flows = vi.spyOn(Link.prototype, 'flows', 'get').mockReturnValue(false)
  try {
    return { intervals: grown(seed, LISTENERS, 'intervals'), frames: grown(seed, LISTENERS, 'frames') }
  } finally {
    flows.mockRestore()
  }
}

/** From now on who has nothing to see does not look. */
function calm({ agenda, peers }: World): void {
  for (const { above, relay } of peers) {
    for (const link of above.values()) relay.flowing(link.host.key, link.flows, agenda.nowMs)
  }
}

/** Of the listeners of all seeds the share for whom something is alike, 0..1. */
class Share {
  #alike = 0
  #all = 0

  count({ frames, intervals }: Twins, isAlike: (one: VirtualPeer, other: VirtualPeer) => boolean): void {
    for (const one of frames.listeners) {
      this.#all++
      if (isAlike(one, peerOf(intervals, one.id))) this.#alike++
    }
  }

  get value(): number {
    return this.#alike / this.#all
  }
}

/** What comes together in the worlds of all seeds: with intervals, as a multiple of what it is with frames. */
class Ratio {
  #intervals = 0
  #frames = 0

  add({ frames, intervals }: Twins, of: (world: World) => number): void {
    this.#intervals += of(intervals)
    this.#frames += of(frames)
  }

  get value(): number {
    return this.#intervals / this.#frames
  }
}

function peerOf({ peers }: World, id: number): VirtualPeer {
  const peer = peers[id]
  if (peer === undefined) throw new Error(`nobody is number ${id}`)
  return peer
}

function haveOneParent(one: VirtualPeer, other: VirtualPeer): boolean {
  return one.primary?.host.id === other.primary?.host.id
}

function areSilentAlike(one: VirtualPeer, other: VirtualPeer): boolean {
  return Math.abs(longestMs(one) - longestMs(other)) <= CLOSE_MS
}

function longestMs({ ears }: VirtualPeer): number {
  return Math.max(0, ...ears.silencesMs)
}

/** Of all listeners together. */
const silentMs = (world: World): number =>
  sum(world, ({ ears }) => ears.silencesMs.filter((ms) => ms > CLOSE_MS).reduce((all, ms) => all + ms, 0))
const lostFrames = (world: World): number => sum(world, ({ ears }) => ears.lost)
const joiningMs = (world: World): number =>
  sum(world, ({ ears, joinedMs }) => (ears.firstMs ?? world.agenda.nowMs) - joinedMs)
const moves = (world: World): number => sum(world, ({ reparents }) => reparents)

function sum({ listeners }: World, of: (peer: VirtualPeer) => number): number {
  return listeners.reduce((all, peer) => all + of(peer), 0)
}

/** The listener that serves the most. */
function busiest({ listeners }: World): number {
  return listeners.toSorted((a, b) => b.below.size - a.below.size)[0]?.id ?? 0
}

interface Compared {
  readonly parents: Share
  readonly silences: Share
  readonly silentMs: Ratio
  readonly lost: Ratio
}

/** Something befalls each of the worlds, a second after they have come to rest; `id`: of its busiest listener. */
function compareAfter(befalls: (world: World, id: number) => void): Compared {
  const compared = { parents: new Share(), silences: new Share(), silentMs: new Ratio(), lost: new Ratio() }
  for (const seed of SEEDS) {
    const twins = grownWithoutCalm(seed)
    calm(twins.intervals)
    const id = busiest(twins.frames)
    for (const world of [twins.intervals, twins.frames]) {
      // Not at the moment of a frame.
      world.agenda.runFor(1010)
      world.catchUp()
      for (const { ears } of world.peers) {
        ears.silencesMs.length = 0
        ears.lost = 0
      }
      befalls(world, id)
      world.agenda.runFor(10_000)
      world.catchUp()
    }
    compared.parents.count(twins, haveOneParent)
    compared.silences.count(twins, areSilentAlike)
    compared.silentMs.add(twins, silentMs)
    compared.lost.add(twins, lostFrames)
  }
  return compared
}

function expectAbout({ value }: Ratio, share: number): void {
  expect(value).toBeGreaterThan(1 - share)
  expect(value).toBeLessThan(1 + share)
}

describe('media as intervals', { timeout: 120_000 }, () => {
  test('let the tree grow that frames let grow, and each first sound come in the same millisecond', () => {
    const [parents, firstSounds] = [new Share(), new Share()]
    for (const seed of SEEDS) {
      const twins = grownWithoutCalm(seed)
      parents.count(twins, haveOneParent)
      firstSounds.count(twins, (one, other) => one.ears.firstMs === other.ears.firstMs)
    }
    expect(parents.value).toBeGreaterThan(0.96)
    expect(firstSounds.value).toBeGreaterThan(0.97)
  })

  test.each([
    {
      name: 'a relay vanishes',
      befalls: (world: World, id: number) => world.vanish(peerOf(world, id)),
      within: 0.15,
    },
    {
      // Few hear anything of it: what befalls one of them is a tenth of all.
      name: 'a relay says goodbye',
      befalls: (world: World, id: number) => world.leave(peerOf(world, id)),
      within: 0.3,
    },
  ])('give each listener the silence that frames give when $name', ({ befalls, within }) => {
    const { lost, parents, silences, silentMs: silence } = compareAfter(befalls)
    expect(parents.value).toBeGreaterThan(0.91)
    expect(silences.value).toBeGreaterThan(0.91)
    expectAbout(silence, within)
    expectAbout(lost, 0.25)
  })

  test('give nobody a silence when the source stalls', () => {
    const { lost, parents, silences } = compareAfter((world) => {
      world.stall()
      world.agenda.after(700, () => world.resume())
    })
    expect(parents.value).toBeGreaterThan(0.95)
    expect(silences.value).toBeGreaterThan(0.95)
    expect(Math.abs(1 - lost.value)).toBeLessThan(0.5)
  })

  test('give all listeners together the silence that frames give when a part of the world is cut off', () => {
    const {
      lost,
      parents,
      silentMs: silence,
    } = compareAfter((world) => {
      world.cut((a, b) => (a.person.region === 1) !== (b.person.region === 1))
      world.agenda.after(3000, () => world.cut())
    })
    // Where between two beats the cut falls decides who is missed 100 ms earlier, and so who takes the last place.
    expect(parents.value).toBeGreaterThan(0.78)
    expectAbout(silence, 0.06)
    expectAbout(lost, 0.25)
  })

  test('give trees as deep, and as soon, to peers that are calm from the start', () => {
    const [depth, joining, messages, moved] = [new Ratio(), new Ratio(), new Ratio(), new Ratio()]
    for (const seed of SEEDS) {
      const intervals = grown(seed, LISTENERS, 'intervals')
      const twins = { intervals, frames: grown(seed, LISTENERS, 'frames') }
      depth.add(twins, (world) => census(world).depth.p50 + census(world).depth.max)
      joining.add(twins, joiningMs)
      messages.add(twins, (world) => world.messages)
      moved.add(twins, moves)
    }
    expectAbout(depth, 0.1)
    expectAbout(joining, 0.1)
    expectAbout(messages, 0.05)
    expectAbout(moved, 0.2)
  })
})
