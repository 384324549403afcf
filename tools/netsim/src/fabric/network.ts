import { NetsimError } from '../errors.ts'
import { formatIpv4, inPrefix, parseIpv4, parseIpv6, parsePrefix, type Ipv4Prefix } from '../ip/address.ts'
import { Nat } from '../nat/nat.ts'
import { CORE_ROUTER, FIRST_PUBLIC_NETWORK, labIpv6Key, PUBLIC_IPV4 } from '../topology/address-space.ts'
import {
  CORE,
  freeAddress,
  ipv4Of,
  planHost,
  type HostPlan,
  type NatPlan,
  type Plan,
} from '../topology/plan.ts'
import { Domain } from './domain.ts'
import { forkRandom, type Random } from '../random.ts'
import { SiteState, type HostState } from './site-state.ts'

/** Everything that stands in the lab: built from a plan, changed by faults. */
export class Network {
  readonly core: Domain<SiteState> = new Domain(CORE_ROUTER)
  readonly sites: Map<string, SiteState> = new Map()
  readonly hosts: Map<string, HostState> = new Map()
  readonly nats: Map<string, Nat> = new Map()
  readonly #domains = new Map<string, Domain<SiteState>>([[CORE, this.core]])
  readonly #byIndex = new Map<number, SiteState>()
  /** Private blocks in use anywhere. */
  readonly #privatePrefixes: Ipv4Prefix[] = []
  #freeNetwork: number

  constructor(plan: Plan, random: Random) {
    this.#freeNetwork = plan.freeNetwork
    for (const nat of plan.nats) this.nats.set(nat.id, new Nat(nat.config, forkRandom(random)))
    // Outer domains first: the plan lists an operator's NAT after the one around it.
    for (const nat of plan.nats) if (nat.inside !== undefined) this.#addDomain(nat, nat.inside)
    for (const site of plan.sites) {
      const premises = site.premises.map((id) => this.nat(id))
      const state = new SiteState(site, this.#domain(site.uplink), premises, random)
      this.sites.set(site.id, state)
      this.#byIndex.set(site.index, state)
      const outermost = premises.at(-1)
      if (outermost !== undefined) {
        state.uplink.add(outermost.publicIpv4, state)
        this.#privatePrefixes.push(site.lan)
      }
      if (premises.length > 1) this.#privatePrefixes.push(parsePrefix('10.0.0.0/16'))
    }
    for (const host of plan.hosts) this.#place(host, this.site(host.site))
  }

  site(id: string): SiteState {
    const site = this.sites.get(id)
    if (site === undefined) throw NetsimError.unknown('site', id, this.sites.keys())
    return site
  }

  host(id: string): HostState {
    const host = this.hosts.get(id)
    if (host === undefined) throw NetsimError.unknown('host', id, this.hosts.keys())
    return host
  }

  nat(id: string): Nat {
    const nat = this.nats.get(id)
    if (nat === undefined) throw NetsimError.unknown('nat', id, this.nats.keys())
    return nat
  }

  /** The site of an IPv6 address of the lab. */
  siteOfIpv6(key: number): SiteState | undefined {
    return this.#byIndex.get(Math.floor(key / 0x1_0000))
  }

  /** Whether an address is a private one that some site of the lab uses. */
  isPrivate(address: number): boolean {
    for (const prefix of this.#privatePrefixes) if (inPrefix(address, prefix)) return true
    return false
  }

  /** Move a host: it gets a new address, and its old one belongs to nobody. */
  roam(hostId: string, siteId: string): HostPlan {
    const host = this.host(hostId)
    const site = this.site(siteId)
    if (host.site === site) return host.plan
    this.#remove(host)
    const taken = [...site.hosts.keys()]
    const address = freeAddress(site.plan.lan, [...this.hosts.keys()].indexOf(hostId), taken)
    return this.#place(planHost(hostId, site.plan, address), site).plan
  }

  /**
   * Another public address for a site: of its outermost NAT, or of its hosts if it has none. The next free one when
   * none is given. Returns the plans of hosts whose own interface changes.
   */
  setPublicAddress(siteId: string, wanted?: string): HostPlan[] {
    const site = this.site(siteId)
    const network = this.#freeNetwork
    const address = wanted === undefined ? network + 2 : parseIpv4(wanted)
    if (!inPrefix(address, PUBLIC_IPV4) || address < FIRST_PUBLIC_NETWORK)
      throw NetsimError.addressInvalid(
        formatIpv4(address),
        'in the public space of the lab, 5.1.0.0 and above',
      )
    if (this.core.route(address) !== undefined) throw NetsimError.addressTaken(formatIpv4(address))
    if (wanted === undefined) this.#freeNetwork += 256
    const { operators, premises } = site.plan
    const outermost = operators.at(-1) ?? premises.at(-1)
    if (outermost === undefined) return this.#renumber(site, address)
    const nat = this.nat(outermost)
    this.core.remove(nat.publicIpv4)
    nat.setPublicAddress(formatIpv4(address))
    this.core.add(address, operators.length > 0 ? this.#domain(outermost) : site)
    return []
  }

  /** A site without NAT gets another /24; its hosts keep their numbers. */
  #renumber(site: SiteState, address: number): HostPlan[] {
    const lan = { base: address - (address % 256), bits: 24 }
    const hosts = [...site.hosts.values()]
    for (const host of hosts) this.#remove(host)
    site.plan = { ...site.plan, lan }
    return hosts.map(
      (host) => this.#place(planHost(host.plan.id, site.plan, lan.base + (host.v4 % 256)), site).plan,
    )
  }

  #place(plan: HostPlan, site: SiteState): HostState {
    const v4 = ipv4Of(plan)
    const v6 = plan.addresses.v6?.split('/')[0]
    const v6Key = v6 === undefined ? 0 : (labIpv6Key(parseIpv6(v6), 0) ?? 0)
    const host = this.hosts.get(plan.id) ?? { plan, site, v4, v6Key }
    Object.assign(host, { plan, site, v4, v6Key })
    this.hosts.set(plan.id, host)
    site.hosts.set(v4, host)
    if (v6Key !== 0) site.hosts6.set(v6Key, host)
    if (site.premises.length === 0) site.uplink.add(v4, site)
    return host
  }

  #remove(host: HostState): void {
    const { site, v4, v6Key } = host
    site.hosts.delete(v4)
    site.hosts6.delete(v6Key)
    if (site.premises.length === 0) site.uplink.remove(v4)
  }

  #addDomain(nat: NatPlan, inside: Ipv4Prefix): void {
    const outside = this.#domain(nat.outside)
    const router = { v4: inside.base + 1, v6: CORE_ROUTER.v6 }
    const domain = new Domain<SiteState>(router, { nat: this.nat(nat.id), outside })
    this.#domains.set(nat.id, domain)
    this.#privatePrefixes.push(inside)
    outside.add(this.nat(nat.id).publicIpv4, domain)
  }

  #domain(id: string): Domain<SiteState> {
    const domain = this.#domains.get(id)
    if (domain === undefined) throw NetsimError.unknown('nat', id, this.#domains.keys())
    return domain
  }
}
