import { forkRandom, type Random } from '../random.ts'
import { type Census, census, type Hearing, HearingAccount, hearingOf, quantile } from './census.ts'
import { drawPerson, MIX, type Mix } from './population.ts'
import type { Person, VirtualPeer } from './virtual-peer.ts'
import { World, type WorldOptions } from './world.ts'

export interface StoryOptions {
  readonly seed: number
  readonly listeners: number
  /** How long people come and go, besides the minute of arrivals and the one around the partition. Default 2. */
  readonly churnMinutes?: number
  readonly mix?: Mix
  readonly media?: WorldOptions['media']
}

/** Everybody comes; some leave and others come; a region is cut off. */
export type Phase = 'arrival' | 'churn' | 'partition'

/** How far a story is, in simulated time. */
export interface StoryStep {
  readonly phase: Phase
  readonly atMs: number
  readonly lengthMs: number
  /** The latest one. */
  readonly census: Census | undefined
}

/** What came of it. Times are of the simulated clock. */
export interface StoryReport {
  readonly seed: number
  readonly listeners: number
  readonly relays: number
  /** Everybody comes within ten seconds. `joinMs`: from starting to the first sound, of those who stayed. */
  readonly arrival: {
    readonly joinMs: {
      readonly p50: number
      readonly p95: number
      readonly p99: number
      readonly max: number
    }
    /** Of the listeners, who never heard anything within the first minute. */
    readonly unserved: number
    /** Children that the broadcaster and all relays together offer to serve, for each listener: below 1 some have no place. */
    readonly placesPerListener: number
    readonly messagesPerPeer: number
    /** Dials that the broadcaster answered in its busiest second. */
    readonly rootDialsPerS: number
  }
  /** 5 % of the listeners leave a minute, 80 % with a word; as many come. The source stalls for 700 ms and for 10 s. */
  readonly churn: Hearing & {
    readonly reparentsPerPeerHour: number
    readonly messagesPerPeerMinute: number
    readonly copiesMax: number
    readonly depthP95: number
    readonly depthMax: number
    readonly uplinkUsed: number
  }
  /** One region of the world loses all others for 20 s. */
  readonly partition: {
    readonly cutOff: number
    /** Of the others, who heard something at the end of it. */
    readonly othersHearing: number
    /** After it was mended until 99.9 % of all hear again, s; undefined when that took longer than was looked. */
    readonly healedAfterS: number | undefined
  }
  readonly curve: readonly Census[]
  readonly transitions: number
  readonly events: number
  readonly hash: string
  readonly simulatedS: number
}

const ARRIVAL_MS = 10_000
const CHURN_MINUTES = 2
const CHURN_PER_MINUTE = 0.05
const SAY_GOODBYE = 0.8
const ARRIVED_MS = 60_000
const CUT_MS = 20_000
const HEALING_S = 40
const CENSUS_MS = 5000
/** In a storm of 100 000 even this takes a second. */
const STEP_MS = 20
/** Home of a few: far from the broadcaster's. */
const CUT_REGION = 2

/** An uplink of eight copies: six children, and what `fanOut` leaves free for a move. */
const BROADCASTER: Person = { nat: 'port-restricted', region: 0, accessMs: 5, slots: 6 }

/** A station through a storm of arrivals, coming and going, stalls and a partition. */
export function playStory(options: StoryOptions): StoryReport {
  const steps = stepsOf(options)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same in small steps of simulated time, for who wants to look up meanwhile, or to end it. */
export function stepsOf(options: StoryOptions): Generator<StoryStep, StoryReport> {
  return new Story(options).play()
}

class Story {
  readonly #options: StoryOptions
  readonly #world: World
  readonly #people: Random
  readonly #fate: Random
  readonly #mix: Mix
  readonly #curve: Census[] = []

  constructor(options: StoryOptions) {
    const { media, mix = MIX, seed } = options
    this.#options = options
    this.#mix = mix
    this.#world = new World({ seed, broadcaster: BROADCASTER, ...(media !== undefined && { media }) })
    this.#people = forkRandom(this.#world.random)
    this.#fate = forkRandom(this.#world.random)
  }

  *play(): Generator<StoryStep, StoryReport> {
    const { listeners, seed } = this.#options
    const arrival = yield* this.#arrive()
    const churn = yield* this.#comeAndGo()
    const partition = yield* this.#part()
    const { agenda, log, peers } = this.#world
    return {
      seed,
      listeners,
      relays: this.#mix.relays,
      arrival,
      churn,
      partition,
      curve: this.#curve,
      transitions: peers.reduce((sum, { transitions }) => sum + transitions, 0),
      events: log.count,
      hash: log.hash,
      simulatedS: agenda.nowMs / 1000,
    }
  }

  *#arrive(): Generator<StoryStep, StoryReport['arrival']> {
    const { agenda, root } = this.#world
    const { listeners } = this.#options
    for (let i = 0; i < listeners; i++) {
      agenda.at(1000 + this.#fate() * ARRIVAL_MS, () => this.#join())
    }
    let [answered, busiest] = [0, 0]
    agenda.every(1000, () => {
      busiest = Math.max(busiest, root.answered - answered)
      answered = root.answered
      return agenda.nowMs < ARRIVED_MS
    })
    yield* this.#run('arrival', ARRIVED_MS)
    const joined = this.#world.listeners.flatMap(({ ears, joinedMs }) =>
      ears.firstMs === undefined ? [] : [ears.firstMs - joinedMs],
    )
    joined.sort((a, b) => a - b)
    return {
      joinMs: {
        p50: quantile(joined, 0.5),
        p95: quantile(joined, 0.95),
        p99: quantile(joined, 0.99),
        max: joined.at(-1) ?? 0,
      },
      unserved: listeners - joined.length,
      placesPerListener:
        Math.round(
          (1000 * this.#world.peers.reduce((sum, { person }) => sum + person.slots, 0)) / listeners,
        ) / 1000,
      messagesPerPeer: Math.round((10 * this.#world.messages) / listeners) / 10,
      rootDialsPerS: busiest,
    }
  }

  *#comeAndGo(): Generator<StoryStep, StoryReport['churn']> {
    const { agenda } = this.#world
    const { churnMinutes = CHURN_MINUTES, listeners } = this.#options
    const lengthMs = churnMinutes * 60_000
    const account = new HearingAccount(this.#world)
    const reparents = this.#reparents
    const { messages } = this.#world
    const leavers = Math.round(listeners * CHURN_PER_MINUTE * churnMinutes)
    for (let i = 0; i < leavers; i++) {
      agenda.after(this.#fate() * lengthMs, () => this.#leave())
      agenda.after(this.#fate() * lengthMs, () => this.#join())
    }
    this.#stall(lengthMs * 0.25, 700)
    this.#stall(lengthMs * 0.5, 10_000)
    const from = this.#curve.length
    yield* this.#run('churn', lengthMs)
    const curve = this.#curve.slice(from)
    const hours = (listeners * lengthMs) / 3_600_000
    return {
      ...account.close(),
      reparentsPerPeerHour: Math.round((100 * (this.#reparents - reparents)) / hours) / 100,
      messagesPerPeerMinute: Math.round((100 * (this.#world.messages - messages)) / (hours * 60)) / 100,
      copiesMax: Math.max(...curve.map(({ copies }) => copies)),
      depthP95: Math.max(...curve.map(({ depth }) => depth.p95)),
      depthMax: Math.max(...curve.map(({ depth }) => depth.max)),
      uplinkUsed: curve.at(-1)?.uplinkUsed ?? 0,
    }
  }

  *#part(): Generator<StoryStep, StoryReport['partition']> {
    const world = this.#world
    const isFar = ({ person }: VirtualPeer): boolean => person.region === CUT_REGION
    world.cut((a, b) => isFar(a) !== isFar(b))
    yield* this.#run('partition', CUT_MS)
    const others = world.listeners.filter((peer) => !isFar(peer))
    const othersHearing = hearingOf(world, others)
    world.cut()
    let healedAfterS: number | undefined
    for (let s = 1; s <= HEALING_S; s++) {
      yield* this.#run('partition', 1000)
      if (healedAfterS !== undefined) continue
      if (hearingOf(world, world.listeners) >= 0.999) healedAfterS = s
    }
    return {
      cutOff: world.listeners.length - others.length,
      othersHearing,
      healedAfterS,
    }
  }

  get #reparents(): number {
    return this.#world.peers.reduce((sum, { reparents }) => sum + reparents, 0)
  }

  #join(): void {
    this.#world.join(drawPerson(this.#people, this.#mix))
  }

  #leave(): void {
    const { peers } = this.#world
    // Somebody who is still there: most are.
    for (let tries = 0; tries < 100; tries++) {
      const peer = peers[1 + Math.floor(this.#fate() * (peers.length - 1))]
      if (peer === undefined || !peer.alive || peer.leftMs !== undefined) continue
      if (this.#fate() < SAY_GOODBYE) this.#world.leave(peer)
      else this.#world.vanish(peer)
      return
    }
  }

  #stall(afterMs: number, forMs: number): void {
    const { agenda } = this.#world
    agenda.after(afterMs, () => this.#world.stall())
    agenda.after(afterMs + forMs, () => this.#world.resume())
  }

  /** With a census every five seconds. */
  *#run(phase: Phase, ms: number): Generator<StoryStep> {
    const { agenda } = this.#world
    const { churnMinutes = CHURN_MINUTES } = this.#options
    const lengthMs = ARRIVED_MS + churnMinutes * 60_000 + CUT_MS + HEALING_S * 1000
    const endMs = agenda.nowMs + ms
    while (agenda.nowMs < endMs) {
      const nextMs = Math.min(endMs, (Math.floor(agenda.nowMs / CENSUS_MS) + 1) * CENSUS_MS)
      agenda.runFor(Math.min(nextMs - agenda.nowMs, STEP_MS))
      if (agenda.nowMs % CENSUS_MS === 0) this.#curve.push(census(this.#world))
      yield { phase, atMs: agenda.nowMs, lengthMs, census: this.#curve.at(-1) }
    }
  }
}
