import { behind } from './places.ts'
import type { Scenario, Step } from './scenario.ts'

/** An interruption begins here. */
const GAP_MS = 150
/** A parent is killed while a second one is warm, and while none is. */
const WITH_SECOND_MS = 400
const WITHOUT_MS = 3000
/** A broadcaster's new address, a healed partition, a relay that comes back: audio is back so soon after. */
const BACK_MS = 3000
const HEARD_MS = 10_000
/** For a tree to settle: seconds are found, and announced themselves. */
const SETTLED_MS = 6000
const AFTERWARDS_MS = 8000

const open = behind('public')
const closed = behind('symmetric-random')
const relay = (number: 1 | 2 | 3 | 4 | 5, ...options: string[]): NonNullable<Scenario['relays']>[number] => ({
  id: `relay-${number}`,
  place: open,
  options,
})

/** Nobody hears the broadcaster but through a relay. */
const TREE = { group: 'relay', broadcaster: closed, listener: closed } as const

/** One relay below the other. */
const hops: readonly Scenario[] = ([1, 2, 3] as const).map((count) => ({
  name: `relay/${count} ${count === 1 ? 'hop' : 'hops'}`,
  ...TREE,
  broadcast: ['--max-listeners', '1'],
  relays: ([1, 2, 3] as const).slice(0, count).map((number) => relay(number, '--max-children', '1')),
  listen: ['--relay', 'off'],
  // One kind of packet on every line, so that a frame is known by its length.
  path: 'swarm',
  alone: true,
  listenMs: 8000,
  expect: {
    verdict: 'heard',
    withinMs: HEARD_MS,
    path: 'relayed',
    hops: count,
    maxGapMs: GAP_MS,
    maxHopMs: 2,
  },
}))

/** What happens to a tree that stands. */
const troubles: readonly Scenario[] = [
  trouble('the parent is killed, a second is warm', 2, WITH_SECOND_MS, [kill('parent')]),
  trouble('one of five relays is killed', 5, WITH_SECOND_MS, [kill('parent')]),
  trouble("the broadcaster's NAT gets another address", 2, BACK_MS, [
    { afterMs: SETTLED_MS, fault: { name: 'setPublicAddress', args: ['broadcaster'] } },
  ]),
  {
    ...trouble('the broadcaster is cut off for 10 s, and nobody runs in circles', 3, 10_000 + BACK_MS, [
      { afterMs: SETTLED_MS, fault: { name: 'cut', args: ['broadcaster', 'both', true] } },
      { afterMs: 10_000, fault: { name: 'cut', args: ['broadcaster', 'both', false] } },
    ]),
    // Everybody dials anew at once.
    alone: true,
  },
  trouble('a relay restarts and carries on', 2, WITH_SECOND_MS, [
    { afterMs: SETTLED_MS, restart: 'relay-1' },
    { afterMs: SETTLED_MS + 4000, signal: 'SIGKILL', role: 'relay-2' },
  ]),
]

/** Who has nobody warm finds another parent first. */
const unprepared: Scenario = {
  ...trouble('the parent is killed, none is warm', 2, WITHOUT_MS, [kill('parent')]),
  others: [],
  without: { mechanism: 'second', role: 'listener' },
}

/** The pipe of the studio stalls: whoever moves then, moves from one who has nothing to another who has nothing. */
const stall: Scenario = {
  ...trouble('the source stalls for 700 ms', 3, 700 + GAP_MS, [{ afterMs: SETTLED_MS, stallMs: 700 }]),
  input: 'pipe',
  expect: { verdict: 'heard', withinMs: HEARD_MS, maxGapMs: 700 + GAP_MS, maxMoves: 0 },
}

/** Half a second there and back: WebRTC with the station, if it comes about, takes longer than a silent parent is waited for. */
const slow = { link: { delayMs: 125 } }
const slowly: Scenario = {
  name: 'relay/slow lines, and a station that only WebRTC could reach',
  group: 'relay',
  broadcaster: behind('cgnat', slow),
  listener: behind('symmetric-random', slow),
  helper: open,
  expect: { verdict: 'heard', withinMs: HEARD_MS, maxGapMs: GAP_MS },
}

/** Both have public addresses and could talk; the broadcaster names a relay, and nobody else hears from him. */
const hidden: Scenario = {
  name: 'relay/a broadcaster who hides his address, through the relay that he names',
  group: 'relay',
  broadcaster: open,
  listener: open,
  relays: [relay(1)],
  via: ['relay-1'],
  broadcast: ['--private-ip'],
  expect: { verdict: 'heard', withinMs: HEARD_MS, path: 'relayed', maxGapMs: GAP_MS, apart: true },
}

/** Each has a symmetric NAT of its kind before it; a star would admit one of them every 20 s. */
const crowd: Scenario = {
  name: 'relay/100 listeners behind symmetric NATs at once',
  group: 'relay',
  broadcaster: behind('port-restricted'),
  listener: closed,
  relays: [relay(1, '--max-children', '200', '--uplink', '40mbit')],
  alone: true,
  audience: { hosts: 5, each: 20, place: closed, withinMs: 10_000, staysMs: 2000 },
  listenMs: 3500,
  expect: { verdict: 'heard', withinMs: HEARD_MS },
}

export const relays: readonly Scenario[] = [...hops, ...troubles, unprepared, stall, hidden, slowly, crowd]

function trouble(what: string, count: 2 | 3 | 5, maxGapMs: number, steps: readonly Step[]): Scenario {
  const everybody = { verdict: 'heard', withinMs: HEARD_MS, maxGapMs } as const
  return {
    name: `relay/${what}`,
    ...TREE,
    relays: ([1, 2, 3, 4, 5] as const).slice(0, count).map((number) => relay(number)),
    others: [
      { id: 'listener-2', place: closed, expect: everybody },
      { id: 'listener-3', place: closed, expect: everybody },
    ],
    steps,
    listenMs: AFTERWARDS_MS,
    expect: everybody,
  }
}

function kill(role: 'parent'): Step {
  return { afterMs: SETTLED_MS, signal: 'SIGKILL', role }
}
