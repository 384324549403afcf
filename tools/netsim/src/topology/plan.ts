import { NetsimError } from '../errors.ts'
import { formatIpv4, formatIpv6, inPrefix, parseIpv4, parsePrefix, type Ipv4Prefix } from '../ip/address.ts'
import type { LinkConfig } from '../link/link.ts'
import type { NatConfig } from '../nat/config.ts'
import type { NatSpec } from '../nat/types.ts'
import {
  FIRST_PUBLIC_NETWORK,
  HOME_LAN,
  NetworkAllocator,
  PUBLIC_IPV4,
  SHARED_SPACE,
  siteIpv6,
} from './address-space.ts'
import type { HostSpec, Site, Topology } from './topology.ts'

/** The Internet in the middle: where public addresses are routed. */
export const CORE = 'core'

/** What a backend needs to give a host its interface. */
export interface HostPlan {
  id: string
  site: string
  /** With prefix length, as `ip address add` takes them. */
  addresses: { v4: string; v6?: string }
  /** The router on the LAN, for the default route. */
  gateway: string
  gateway6?: string
  mtu: number
}

export interface NatPlan {
  id: string
  place: NatSpec['place']
  config: NatConfig
  /** Where its public address is routed: `core`, or the id of the operator NAT around it. */
  outside: string
  /** Sites behind it. */
  sites: string[]
  /** Operator NATs: the block that their inside takes networks from. */
  inside?: Ipv4Prefix
}

export interface SitePlan {
  id: string
  site: Site
  /** 1, 2, 3...: the number in its IPv6 prefix. */
  index: number
  lan: Ipv4Prefix
  /** The domain at the far end of its access link: `core`, or the id of an operator NAT. */
  uplink: string
  /** Ids of NATs before and behind the access link, innermost first. */
  premises: string[]
  operators: string[]
  up: LinkConfig
  down: LinkConfig
}

/** A topology with every address decided, the same each time. */
export interface Plan {
  sites: SitePlan[]
  nats: NatPlan[]
  hosts: HostPlan[]
  /** The first public network that is still free. */
  freeNetwork: number
}

/** Decide all addresses of a lab. Throws `TOPOLOGY_INVALID` or `ADDRESS_INVALID`, naming what is wrong. */
export function build(topology: Topology): Plan {
  return new Builder().build(topology)
}

class Builder {
  readonly #sites = new Map<string, SitePlan>()
  readonly #nats = new Map<string, NatPlan>()
  readonly #hosts = new Map<string, HostPlan>()
  /** Networks in each domain: public ones in the core, shared space inside each operator NAT. */
  readonly #networks = new Map<string, NetworkAllocator>([[CORE, new NetworkAllocator(FIRST_PUBLIC_NETWORK)]])

  build(topology: Topology): Plan {
    for (const site of topology.sites) this.#addSite(site)
    const free = this.#networkIn(CORE).base
    return {
      sites: [...this.#sites.values()],
      nats: [...this.#nats.values()],
      hosts: [...this.#hosts.values()],
      freeNetwork: free,
    }
  }

  #addSite(site: Site): void {
    if (this.#sites.has(site.id) || site.id === CORE)
      throw NetsimError.topologyInvalid(`two sites are called "${site.id}"`)
    const index = this.#sites.size + 1
    const firstOperator = site.nats.findIndex((nat) => nat.place === 'operator')
    const border = firstOperator < 0 ? site.nats.length : firstOperator
    const premises = site.nats.slice(0, border)
    const operators = site.nats.slice(border)
    if (operators.some((nat) => nat.place === 'premises'))
      throw NetsimError.topologyInvalid(`site "${site.id}" has a premises NAT outside of an operator's`)

    const operatorIds = this.#addOperators(site, border, operators)
    const uplink = operatorIds[0] ?? CORE
    const lan = premises.length > 0 ? privateLan(site) : this.#networkIn(uplink)
    const premisesIds = this.#addPremises(site, premises, uplink)
    const { up, down } = 'up' in site.link ? site.link : { up: site.link, down: site.link }
    const plan = {
      id: site.id,
      site,
      index,
      lan,
      uplink,
      premises: premisesIds,
      operators: operatorIds,
      up,
      down,
    }
    this.#sites.set(site.id, plan)
    for (const host of site.hosts) this.#addHost(plan, typeof host === 'string' ? { id: host } : host)
  }

  /** From the core inwards, because each takes its address from the one around it. */
  #addOperators(site: Site, border: number, specs: readonly NatSpec[]): string[] {
    const ids = specs.map((spec, i) => spec.id ?? `${site.id}/nat${border + i}`)
    for (let i = specs.length - 1; i >= 0; i--) {
      const spec = specs[i]
      const id = ids[i]
      if (spec === undefined || id === undefined) continue
      const outside = ids[i + 1] ?? CORE
      const shared = this.#nats.get(id)
      if (shared === undefined) {
        const inside = parsePrefix(spec.inside ?? SHARED_SPACE)
        this.#networks.set(id, new NetworkAllocator(inside.base))
        this.#addNat(id, spec, this.#addressIn(outside), outside, site.id, inside)
      } else if (shared.place !== 'operator' || shared.outside !== outside) {
        throw NetsimError.topologyInvalid(`NAT "${id}" is shared by sites that disagree on where it stands`)
      } else {
        shared.sites.push(site.id)
      }
    }
    return ids
  }

  #addPremises(site: Site, specs: readonly NatSpec[], uplink: string): string[] {
    return specs.map((spec, i) => {
      const id = spec.id ?? `${site.id}/nat${i}`
      const outermost = i === specs.length - 1
      // Between two routers at home there is a network of its own.
      const address = outermost ? this.#addressIn(uplink) : `10.0.${i}.2`
      this.#addNat(id, spec, address, outermost ? uplink : id, site.id)
      return id
    })
  }

  #addNat(
    id: string,
    spec: NatSpec,
    publicAddress: string,
    outside: string,
    site: string,
    inside?: Ipv4Prefix,
  ): void {
    if (this.#nats.has(id) || id === CORE) throw NetsimError.topologyInvalid(`two NATs are called "${id}"`)
    const config = { ...spec.behaviour, publicAddress }
    const plan: NatPlan = { id, place: spec.place, config, outside, sites: [site] }
    this.#nats.set(id, inside === undefined ? plan : { ...plan, inside })
  }

  #addHost(site: SitePlan, spec: HostSpec): void {
    if (this.#hosts.has(spec.id)) throw NetsimError.topologyInvalid(`two hosts are called "${spec.id}"`)
    const address = spec.address === undefined ? undefined : parseIpv4(spec.address)
    if (address !== undefined && !inPrefix(address, site.lan))
      throw NetsimError.topologyInvalid(`host "${spec.id}" has an address outside of its site's LAN`)
    const taken = [...this.#hosts.values()].filter((host) => host.site === site.id).map(ipv4Of)
    if (address !== undefined && taken.includes(address))
      throw NetsimError.topologyInvalid(`two hosts of site "${site.id}" have one address`)
    const chosen = address ?? freeAddress(site.lan, this.#hosts.size, taken)
    this.#hosts.set(spec.id, planHost(spec.id, site, chosen))
  }

  #networkIn(domain: string): Ipv4Prefix {
    const networks = this.#networks.get(domain)
    if (networks === undefined) throw NetsimError.topologyInvalid(`nothing is called "${domain}"`)
    return networks.take()
  }

  #addressIn(domain: string): string {
    return formatIpv4(this.#networkIn(domain).base + 2)
  }
}

function privateLan(site: Site): Ipv4Prefix {
  const lan = parsePrefix(site.lanPrefix ?? HOME_LAN)
  if (lan.bits < 16 || lan.bits > 29 || inPrefix(lan.base, PUBLIC_IPV4))
    throw NetsimError.topologyInvalid(`the LAN of site "${site.id}" must be private, between /16 and /29`)
  return lan
}

/** The interface of a host at an address of a site's LAN. */
export function planHost(id: string, site: SitePlan, address: number): HostPlan {
  const plan: HostPlan = {
    id,
    site: site.id,
    addresses: { v4: `${formatIpv4(address)}/${site.lan.bits}` },
    gateway: formatIpv4(site.lan.base + 1),
    mtu: site.site.mtu ?? 1500,
  }
  const { ipv6 } = site.site
  if (ipv6 === undefined || ipv6.firewall === 'none') return plan
  const host = formatIpv6(siteIpv6(site.index, address - site.lan.base))
  return {
    ...plan,
    addresses: { ...plan.addresses, v6: `${host}/64` },
    gateway6: formatIpv6(siteIpv6(site.index, 1)),
  }
}

/** A free host address of a LAN: hosts of different homes get different numbers, though the prefix is the same. */
export function freeAddress(lan: Ipv4Prefix, hint: number, taken: readonly number[]): number {
  const hosts = 2 ** (32 - lan.bits) - 2
  const first = Math.min(20, hosts)
  const span = hosts - first + 1
  for (let i = 0; i < span; i++) {
    const address = lan.base + first + ((hint + i) % span)
    if (!taken.includes(address)) return address
  }
  throw NetsimError.topologyInvalid('a LAN has no address left')
}

export function ipv4Of(host: HostPlan): number {
  return parseIpv4(host.addresses.v4.split('/')[0] ?? '')
}
