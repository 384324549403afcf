import { Link } from '../link/link.ts'
import { StatefulFirewall } from '../nat/firewall.ts'
import type { Nat } from '../nat/nat.ts'
import type { HostPlan, SitePlan } from '../topology/plan.ts'
import type { Domain } from './domain.ts'
import { forkRandom, type Random } from '../random.ts'

/** A host and where it is now. */
export interface HostState {
  plan: HostPlan
  site: SiteState
  v4: number
  /** Site and host number of its IPv6 address; 0 if it has none. */
  v6Key: number
}

/** A site while the lab runs: its lines, its routers, who is there. */
export class SiteState {
  readonly id: string
  plan: SitePlan
  readonly uplink: Domain<SiteState>
  /** Innermost first. */
  readonly premises: readonly Nat[]
  readonly up: Link
  readonly down: Link
  readonly lan: Link
  /** Plain routers on the way to the next domain: an operator's NAT counts for itself. */
  readonly routers: number
  readonly firewall: StatefulFirewall | undefined
  readonly hosts: Map<number, HostState> = new Map()
  readonly hosts6: Map<number, HostState> = new Map()
  cutOut = false
  cutIn = false

  constructor(plan: SitePlan, uplink: Domain<SiteState>, premises: readonly Nat[], random: Random) {
    this.id = plan.id
    this.plan = plan
    this.uplink = uplink
    this.premises = premises
    this.up = new Link(plan.up, forkRandom(random))
    this.down = new Link(plan.down, forkRandom(random))
    this.lan = new Link(plan.site.lan ?? { delayMs: 0 }, forkRandom(random))
    this.routers = Math.max(0, (plan.site.routers ?? 3) - plan.operators.length)
    this.firewall = plan.site.ipv6?.firewall === 'stateful' ? new StatefulFirewall() : undefined
  }

  get udpBlocked(): boolean {
    return this.plan.site.udpBlocked === true
  }
}
