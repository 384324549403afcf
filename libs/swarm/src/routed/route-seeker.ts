import { helperTopic, type Sodium, type StationLink } from '@pearcast/protocol'
import {
  createDriver,
  isHopelessDial,
  type RoutingEffect,
  type RoutingEvent,
  routingMachine,
} from '@pearcast/session-fsm'
import HyperDHT from 'hyperdht'
import { Dial } from '../dial.ts'
import type { DhtNode } from '../dht-node.ts'
import type { Term } from '../handshake.ts'
import type { LinkEnd, PeerLink } from '../peer-link.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { SetTimer } from '../timer.ts'
import { type AnnouncedHelper, HelperSearch } from './helper-server.ts'
import { PendingRoute } from './pending-route.ts'
import { openEnvelope } from './post.ts'
import type { RoutedLink } from './routed-link.ts'

export interface RouteSeekerOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  minTerm: () => Term | undefined
  /** The key that listeners dial, as far as it is known: the record names it. */
  encoderKey: () => Uint8Array | undefined
  /** The station has proven itself through a helper. */
  onRoute: (link: RoutedLink) => void
  /** It has become a connection: audio can come. */
  onBorne: (link: RoutedLink) => void
  onEnd: (link: RoutedLink, end: LinkEnd) => void
  /** Unix time, ms. */
  now: () => number
  setTimer: SetTimer
}

const HELPER_DIAL_MS = 10_000
const HELPER_PROOF_MS = 3000
const ROUTE_PROOF_MS = 5000
/** Once the two ends have a connection the helper is left; so much later, for words still under way. */
const LEAVE_HELPER_MS = 1000
const MAX_HELPERS = 64

interface Attempt {
  dial: Dial
  pending: PendingRoute | undefined
  helper: PeerLink | undefined
}

/** Drives the routing machine: finds helpers, links to them, and opens sessions with the station through them. */
export class RouteSeeker {
  readonly #options: RouteSeekerOptions
  readonly #driver: { send(event: RoutingEvent): void }
  readonly #timers = new Map<string, () => void>()
  readonly #attempts = new Map<number, Attempt>()
  readonly #announced = new BoundedMap<string, AnnouncedHelper>(MAX_HELPERS)
  /** Helpers that are left soon, and what keeps them. */
  readonly #leaving = new Map<PeerLink, () => void>()
  #search: HelperSearch | undefined
  /** Proven just now: the machine decides whether to take it. */
  #candidate: RoutedLink | undefined
  /** Taken last. */
  #tried: RoutedLink | undefined

  constructor(options: RouteSeekerOptions) {
    this.#options = options
    this.#driver = createDriver(routingMachine, {}, (effect) => this.#perform(effect))
  }

  wanted(): void {
    this.#driver.send({ type: 'WANTED' })
  }

  satisfied(direct: boolean): void {
    this.#driver.send({ type: 'SATISFIED', direct })
  }

  dialFailed(code: string): void {
    if (isHopelessDial(code)) this.#driver.send({ type: 'HOPELESS' })
  }

  stop(): void {
    this.#driver.send({ type: 'STOP' })
    for (const stop of this.#timers.values()) stop()
  }

  #perform(effect: RoutingEffect): void {
    switch (effect.type) {
      case 'find-helpers':
        return this.#find()
      case 'stop-finding':
        this.#search?.stop()
        this.#search = undefined
        return
      case 'try-helper':
        return this.#try(effect.attempt, effect.key)
      case 'abandon':
        return this.#abandon(effect.attempt)
      case 'take-route':
        return this.#take()
      case 'start-timer':
        this.#timers.get(effect.id)?.()
        this.#timers.set(
          effect.id,
          this.#options.setTimer(() => this.#driver.send({ type: 'timer', id: effect.id }), effect.ms),
        )
        return
      case 'stop-timer':
        this.#timers.get(effect.id)?.()
        this.#timers.delete(effect.id)
        return
    }
  }

  #find(): void {
    const { link, node, sodium } = this.#options
    const search = new HelperSearch(node, sodium, link.stationKey, (helper) => {
      this.#announced.set(helper.key, helper)
      if (this.#search === search) this.#driver.send({ type: 'HELPER', key: helper.key })
    })
    this.#search = search
    void this.#finish(search)
  }

  async #finish(search: HelperSearch): Promise<void> {
    await search.done
    if (this.#search !== search) return
    this.#search = undefined
    this.#driver.send({ type: 'SEARCH_DONE' })
  }

  #try(attempt: number, key: string): void {
    const { link, node, now, role, setTimer, sodium } = this.#options
    const announced = this.#announced.get(key)
    if (announced === undefined) return this.#fail(attempt)
    const keyPair = HyperDHT.keyPair()
    const dial = new Dial({
      key,
      setTimer,
      dht: node.dht,
      remoteKey: announced.publicKey,
      relayAddresses: announced.relayAddresses,
      topic: helperTopic(sodium, link.stationKey),
      keyPair,
      handshake: { sodium, link, role, amongMembers: true, nowS: Math.floor(now() / 1000) },
      now,
      dialTimeoutMs: HELPER_DIAL_MS,
      handshakeTimeoutMs: HELPER_PROOF_MS,
      onLink: (helper) => this.#open(attempt, helper, keyPair),
      onFailed: () => this.#fail(attempt),
      onEnd: () => undefined,
    })
    this.#attempts.set(attempt, { dial, pending: undefined, helper: undefined })
  }

  #open(attempt: number, helper: PeerLink, keyPair: { publicKey: Uint8Array; secretKey: Uint8Array }): void {
    const { encoderKey, link, minTerm, now, onEnd, role, sodium } = this.#options
    const remoteKey = encoderKey()
    const current = this.#attempts.get(attempt)
    if (current === undefined || remoteKey === undefined) {
      void helper.close('leaving')
      return this.#fail(attempt)
    }
    const pending = new PendingRoute({
      sodium,
      keyPair,
      remoteKey,
      helper,
      now,
      timeoutMs: ROUTE_PROOF_MS,
      handshake: { sodium, link, role, minTerm: minTerm(), nowS: Math.floor(now() / 1000) },
      onLink: (route) => this.#proved(attempt, route, helper),
      onRefused: () => {
        void helper.close('leaving')
        this.#fail(attempt)
      },
      onEnd: (route, end) => {
        this.#leave(helper)
        onEnd(route, end)
        if (this.#tried === route) this.#driver.send({ type: 'ROUTE_LOST' })
      },
    })
    helper.onRouted = (envelope) => {
      if (!sameKey(envelope.from, remoteKey)) return
      const payload = openEnvelope(sodium, envelope, { to: keyPair.publicKey, nowMs: now() })
      if (payload) pending.receive(payload, helper)
    }
    helper.onClose = () => {
      pending.abort()
      this.#fail(attempt)
    }
    this.#attempts.set(attempt, { ...current, pending, helper })
  }

  #proved(attempt: number, route: RoutedLink, helper: PeerLink): void {
    this.#attempts.delete(attempt)
    helper.onClose = undefined
    route.onBorne = () => {
      const stop = this.#options.setTimer(() => this.#leave(helper), LEAVE_HELPER_MS)
      this.#leaving.set(helper, stop)
      this.#options.onBorne(route)
    }
    this.#candidate = route
    this.#driver.send({ type: 'ATTEMPT_PROVEN', attempt })
    const refused = this.#candidate
    this.#candidate = undefined
    if (refused !== undefined) void refused.close('leaving')
  }

  #leave(helper: PeerLink): void {
    this.#leaving.get(helper)?.()
    this.#leaving.delete(helper)
    void helper.close('leaving')
  }

  #take(): void {
    const route = this.#candidate
    this.#candidate = undefined
    this.#tried = route
    if (route !== undefined) this.#options.onRoute(route)
  }

  #abandon(attempt: number): void {
    const current = this.#attempts.get(attempt)
    this.#attempts.delete(attempt)
    if (current === undefined) return
    current.pending?.abort()
    if (current.helper !== undefined) {
      current.helper.onClose = undefined
      void current.helper.close('leaving')
    } else {
      void current.dial.abandon()
    }
  }

  /** Once an attempt, however many of its parts say so. */
  #fail(attempt: number): void {
    this.#attempts.delete(attempt)
    this.#driver.send({ type: 'ATTEMPT_FAILED', attempt })
  }
}

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
