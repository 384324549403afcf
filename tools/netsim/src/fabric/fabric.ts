import type { LinkConfig } from '../link/link.ts'
import { build, type HostPlan, type Plan } from '../topology/plan.ts'
import type { Topology } from '../topology/topology.ts'
import type { DropReason, FabricObserver, FabricStats } from './drops.ts'
import { Forwarder } from './forwarder.ts'
import { Network } from './network.ts'
import type { Random } from '../random.ts'

export interface FabricOptions extends FabricObserver {
  /** Every draw of the lab comes from here: the same seed and the same packets give the same run. */
  random: Random
}

/**
 * The lab as a function of packets and time: no socket, no clock. A backend injects what hosts send, asks for the
 * time of the next delivery, and advances to it:
 *
 * ```ts
 * const fabric = new Fabric({ sites: [home('a', ['alice']), cloud('b', ['bob'])] }, { random: seededRandom(7) })
 * fabric.inject('alice', packet, 0)
 * for (let at = fabric.next(); at !== undefined; at = fabric.next()) fabric.advance(at, (hostId, bytes) => {})
 * ```
 *
 * Times are milliseconds of any clock that does not run backwards. Buffers change hands: an injected packet is
 * rewritten in place and is what gets delivered.
 */
export class Fabric {
  readonly plan: Plan
  readonly #network: Network
  readonly #forwarder: Forwarder
  readonly #observer: FabricObserver
  readonly #dropped: Partial<Record<DropReason, number>> = {}
  #injected = 0
  #delivered = 0
  #nowMs = 0

  constructor(topology: Topology, options: FabricOptions) {
    this.plan = build(topology)
    this.#observer = options
    this.#network = new Network(this.plan, options.random)
    this.#forwarder = new Forwarder(this.#network, (reason, site, packet, host) => {
      this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1
      this.#observer.onDrop?.(reason, site?.id, packet)
      if (reason === 'escape') this.#observer.onEscape?.(packet, host?.plan.id)
    })
  }

  /** All hosts as they are now: after a fault some have another address. */
  hosts(): HostPlan[] {
    return [...this.#network.hosts.values()].map((host) => host.plan)
  }

  /** Throws `UNKNOWN_HOST`. */
  host(hostId: string): HostPlan {
    return this.#network.host(hostId).plan
  }

  /** A host sends a packet. The bytes now belong to the fabric. Throws `UNKNOWN_HOST`. */
  inject(hostId: string, packet: Uint8Array, nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
    this.#injected++
    this.#forwarder.send(this.#network.host(hostId), packet, this.#nowMs)
  }

  /** When something happens next: the time to call `advance` at. Undefined while nothing is on its way. */
  next(): number | undefined {
    return this.#forwarder.queue.nextMs
  }

  /** Let everything happen until `nowMs`, in the order of time. `deliver` may inject. */
  advance(nowMs: number, deliver: (hostId: string, packet: Uint8Array) => void): void {
    const { queue } = this.#forwarder
    for (;;) {
      const atMs = queue.nextMs
      const event = queue.pop(nowMs)
      if (event === undefined || atMs === undefined) break
      this.#nowMs = Math.max(this.#nowMs, atMs)
      const host = this.#forwarder.arrive(event, this.#nowMs)
      if (host === undefined) continue
      this.#delivered++
      deliver(host.plan.id, event.packet)
    }
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  stats(): FabricStats {
    const dropped = { ...this.#dropped }
    return { injected: this.#injected, delivered: this.#delivered, escapes: dropped.escape ?? 0, dropped }
  }

  /** Bindings that each NAT holds, by its id. */
  bindings(): Record<string, number> {
    return Object.fromEntries([...this.#network.nats].map(([id, nat]) => [id, nat.bindings]))
  }

  /** The public IPv4 address that a site's packets come from. */
  publicAddress(siteId: string): string {
    const { operators, premises } = this.#network.site(siteId).plan
    const outermost = operators.at(-1) ?? premises.at(-1)
    if (outermost !== undefined) return this.#network.nat(outermost).publicAddress
    const [host] = this.hosts().filter((plan) => plan.site === siteId)
    return host?.addresses.v4.split('/')[0] ?? ''
  }

  /**
   * A NAT reboots: its bindings are gone, and new ones get other ports. A site's id stands for its innermost NAT,
   * which disturbs nobody else. Throws `UNKNOWN_NAT`.
   */
  rebind(natOrSiteId: string): void {
    const site = this.#network.sites.get(natOrSiteId)?.plan
    this.#network.nat(site?.premises[0] ?? site?.operators[0] ?? natOrSiteId).rebind()
  }

  /**
   * The provider gives a site another public address (the next free one if none is given); the bindings of its
   * outermost NAT are gone. A site without NAT is renumbered: the returned hosts need their interface changed.
   * Throws `UNKNOWN_SITE`, `ADDRESS_INVALID`, `ADDRESS_TAKEN`.
   */
  setPublicAddress(siteId: string, address?: string): HostPlan[] {
    return this.#network.setPublicAddress(siteId, address)
  }

  /** Cut a site's access line, or mend it. `out` is what its hosts send. Throws `UNKNOWN_SITE`. */
  cut(siteId: string, direction: 'both' | 'in' | 'out', on: boolean): void {
    const site = this.#network.site(siteId)
    if (direction !== 'in') site.cutOut = on
    if (direction !== 'out') site.cutIn = on
  }

  /** Change a site's access line under the traffic. Throws `UNKNOWN_SITE`, `LINK_INVALID`. */
  setLink(siteId: string, link: LinkConfig | { up: LinkConfig; down: LinkConfig }): void {
    const site = this.#network.site(siteId)
    const { up, down } = 'up' in link ? link : { up: link, down: link }
    site.up.configure(up)
    site.down.configure(down)
  }

  /** A host moves to another site: it must take the addresses of the plan that is returned. */
  roam(hostId: string, siteId: string): HostPlan {
    return this.#network.roam(hostId, siteId)
  }
}
