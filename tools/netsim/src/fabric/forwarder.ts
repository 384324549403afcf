import { inPrefix } from '../ip/address.ts'
import { buildIcmpError, type IcmpComplaint } from '../ip/icmp-error.ts'
import { PacketView, PROTOCOL } from '../ip/packet.ts'
import { decrementTtl } from '../ip/rewrite.ts'
import type { Link } from '../link/link.ts'
import {
  isLabIpv6,
  isLinkScopeIpv4,
  isLinkScopeIpv6,
  labIpv6Key,
  PUBLIC_IPV4,
  siteIpv6,
} from '../topology/address-space.ts'
import { Domain } from './domain.ts'
import type { DropReason } from './drops.ts'
import { EventQueue } from './event-queue.ts'
import { firewallAdmits, firewallNotes } from './firewall-flow.ts'
import { fragmentIpv4 } from '../ip/fragment.ts'
import type { Network } from './network.ts'
import type { HostState, SiteState } from './site-state.ts'

/** A packet on a line: up to the provider, down from it, or across the LAN. The only object made per packet. */
export interface InFlight {
  readonly line: 'up' | 'down' | 'lan'
  readonly site: SiteState
  readonly packet: Uint8Array
}

export type ReportDrop = (
  reason: DropReason,
  site: SiteState | undefined,
  packet: Uint8Array,
  host?: HostState,
) => void

const TIME_EXCEEDED: IcmpComplaint = { type: 'time-exceeded' }

/**
 * The way of a packet: host, premises NATs, access line up, routers, operator NATs, core, and all of it in reverse.
 * What happens at one moment happens in one call; what takes time goes through the queue. Each router takes one off
 * the TTL, so a packet with a low TTL opens the NATs near its sender and dies before it reaches the other side.
 */
export class Forwarder {
  readonly queue: EventQueue<InFlight> = new EventQueue()
  readonly #network: Network
  readonly #drop: ReportDrop
  /** The packet at hand. Complaints replace it: whoever complains is done with the packet. */
  readonly #view = new PacketView()

  constructor(network: Network, drop: ReportDrop) {
    this.#network = network
    this.#drop = drop
  }

  /** A packet leaves a host. */
  send(host: HostState, packet: Uint8Array, nowMs: number): void {
    const view = this.#view
    if (!view.parse(packet)) return this.#drop('malformed', host.site, packet)
    const refused = view.version === 4 ? this.#refuse4(host) : this.#refuse6(host)
    if (refused !== undefined) return this.#drop(refused, host.site, packet, host)
    const { site } = host
    const isLocal =
      view.version === 4
        ? inPrefix(view.destination, site.plan.lan)
        : this.#network.siteOfIpv6(labIpv6Key(packet, 24) ?? 0) === site
    if (!isLocal) return view.version === 4 ? this.#leave4(site, nowMs) : this.#leave6(site, nowMs)
    if (site.plan.site.apIsolation === true) return this.#drop('ap-isolation', site, packet)
    this.#cross(site, site.lan, 'lan', packet, nowMs)
  }

  /** A packet reaches the end of a line. Returns the host it is delivered to, if it arrived at one. */
  arrive(event: InFlight, nowMs: number): HostState | undefined {
    const { line, site, packet } = event
    const view = this.#view
    view.parse(packet)
    if (line === 'up') {
      if (decrementTtl(view, site.routers)) this.#route(site.uplink, nowMs)
      else this.#complain(site.uplink, TIME_EXCEEDED, nowMs)
      return undefined
    }
    if (line === 'down' && !this.#enterFromLine(site, nowMs)) return undefined
    const host =
      view.version === 4 ? site.hosts.get(view.destination) : site.hosts6.get(labIpv6Key(packet, 24) ?? 0)
    if (host === undefined) this.#drop('no-host', site, packet)
    return host
  }

  #refuse4(host: HostState): DropReason | undefined {
    const { destination, source } = this.#view
    if (isLinkScopeIpv4(destination)) return 'link-scope'
    const { lan } = host.site.plan
    if (destination === lan.base + 2 ** (32 - lan.bits) - 1) return 'link-scope'
    // The guard looks first: whatever else is wrong with it, such a packet would have left the lab.
    if (!inPrefix(destination, PUBLIC_IPV4) && !this.#network.isPrivate(destination)) return 'escape'
    return source === host.v4 ? undefined : 'foreign-source'
  }

  #refuse6(host: HostState): DropReason | undefined {
    const { bytes } = this.#view
    if (isLinkScopeIpv6(bytes, 24) || isLinkScopeIpv6(bytes, 8)) return 'link-scope'
    if (!isLabIpv6(bytes, 24)) return 'escape'
    return host.v6Key !== 0 && labIpv6Key(bytes, 8) === host.v6Key ? undefined : 'foreign-source'
  }

  /** Out through the premises NATs, or back in where one hairpins. */
  #leave4(site: SiteState, nowMs: number): void {
    const view = this.#view
    for (let level = 0; level < site.premises.length; level++) {
      if (!decrementTtl(view, 1)) return this.#complainInside(site, level, TIME_EXCEEDED, nowMs)
      const verdict = site.premises[level]?.translateOutbound(view, nowMs) ?? 'forward'
      if (verdict === 'hairpin') {
        if (this.#enter4(site, level - 1, nowMs)) this.#cross(site, site.lan, 'lan', view.bytes, nowMs)
        return
      }
      if (verdict !== 'forward') return this.#drop(verdict, site, view.bytes)
    }
    this.#crossUp(site, nowMs)
  }

  #leave6(site: SiteState, nowMs: number): void {
    const view = this.#view
    if (site.premises.length > 0 && !decrementTtl(view, 1))
      return this.#complainInside(site, 0, TIME_EXCEEDED, nowMs)
    if (site.firewall !== undefined && !firewallNotes(site.firewall, view, nowMs))
      return this.#drop('firewall', site, view.bytes)
    this.#crossUp(site, nowMs)
  }

  #crossUp(site: SiteState, nowMs: number): void {
    const { bytes, protocol } = this.#view
    if (site.cutOut) return this.#drop('cut', site, bytes)
    if (site.udpBlocked && protocol === PROTOCOL.udp) return this.#drop('udp-blocked', site, bytes)
    const { mtu } = site.up.config
    if (mtu === undefined || bytes.length <= mtu) return this.#cross(site, site.up, 'up', bytes, nowMs)
    if (this.#mayFragment()) return this.#crossInPieces(site, site.up, 'up', mtu, nowMs)
    this.#drop('mtu', site, bytes)
    this.#complainInside(site, site.premises.length, { type: 'packet-too-big', mtuBytes: mtu }, nowMs)
  }

  /** Within a domain and out of it, until the packet has a line to go down. */
  #route(from: Domain<SiteState>, nowMs: number): void {
    const view = this.#view
    if (view.version === 6) return this.#route6(from, nowMs)
    let domain = from
    // Every turn but the last takes one off the TTL, so this ends.
    for (;;) {
      const target = domain.route(view.destination)
      if (target !== undefined && !(target instanceof Domain)) return this.#crossDown(target, domain, nowMs)
      const exit = target?.exit ?? domain.exit
      if (exit === undefined || (target === undefined && !inPrefix(view.destination, PUBLIC_IPV4)))
        return this.#drop(this.#unroutable(), undefined, view.bytes)
      if (!decrementTtl(view, 1)) return this.#complain(domain, TIME_EXCEEDED, nowMs)
      const verdict =
        target === undefined
          ? exit.nat.translateOutbound(view, nowMs)
          : exit.nat.translateInbound(view, nowMs)
      if (verdict !== 'forward' && verdict !== 'hairpin') return this.#drop(verdict, undefined, view.bytes)
      if (verdict === 'forward') domain = target ?? exit.outside
    }
  }

  #route6(domain: Domain<SiteState>, nowMs: number): void {
    const { bytes } = this.#view
    const site = this.#network.siteOfIpv6(labIpv6Key(bytes, 24) ?? 0)
    if (site === undefined) return this.#drop('no-host', undefined, bytes)
    this.#crossDown(site, domain, nowMs)
  }

  #unroutable(): DropReason {
    return inPrefix(this.#view.destination, PUBLIC_IPV4) ? 'no-host' : 'private-destination'
  }

  #crossDown(site: SiteState, domain: Domain<SiteState>, nowMs: number): void {
    const view = this.#view
    if (!decrementTtl(view, site.routers)) return this.#complain(domain, TIME_EXCEEDED, nowMs)
    const { mtu } = site.down.config
    if (mtu === undefined || view.bytes.length <= mtu)
      return this.#cross(site, site.down, 'down', view.bytes, nowMs)
    if (this.#mayFragment()) return this.#crossInPieces(site, site.down, 'down', mtu, nowMs)
    this.#drop('mtu', site, view.bytes)
    this.#complain(domain, { type: 'packet-too-big', mtuBytes: mtu }, nowMs)
  }

  #mayFragment(): boolean {
    return this.#view.version === 4 && !this.#view.dontFragment
  }

  #crossInPieces(site: SiteState, link: Link, line: 'up' | 'down', mtu: number, nowMs: number): void {
    for (const piece of fragmentIpv4(this.#view, mtu)) this.#cross(site, link, line, piece, nowMs)
  }

  #cross(site: SiteState, link: Link, line: InFlight['line'], packet: Uint8Array, nowMs: number): void {
    const arrivals = link.send(packet.length, nowMs)
    const [first, second] = arrivals
    if (first === undefined) return this.#drop(link.drop ?? 'loss', site, packet)
    this.queue.push(first, { line, site, packet })
    if (second !== undefined) this.queue.push(second, { line, site, packet: packet.slice() })
  }

  #enterFromLine(site: SiteState, nowMs: number): boolean {
    const view = this.#view
    const refused = site.cutIn
      ? 'cut'
      : site.udpBlocked && view.protocol === PROTOCOL.udp
        ? 'udp-blocked'
        : view.version === 6 && site.firewall !== undefined && !firewallAdmits(site.firewall, view, nowMs)
          ? 'firewall'
          : undefined
    if (refused !== undefined) {
      this.#drop(refused, site, view.bytes)
      return false
    }
    if (view.version === 4) return this.#enter4(site, site.premises.length - 1, nowMs)
    if (site.premises.length === 0 || decrementTtl(view, 1)) return true
    this.#complain(site.uplink, TIME_EXCEEDED, nowMs)
    return false
  }

  /** In through the premises NATs, from one of them inwards. False if one of them kept the packet. */
  #enter4(site: SiteState, outermost: number, nowMs: number): boolean {
    const view = this.#view
    for (let level = outermost; level >= 0; level--) {
      if (!decrementTtl(view, 1)) {
        // Too close to home to be worth a way back: nothing of the lab looks at this one.
        this.#drop('ttl', site, view.bytes)
        return false
      }
      const verdict = site.premises[level]?.translateInbound(view, nowMs) ?? 'forward'
      if (verdict === 'forward') continue
      this.#drop(verdict, site, view.bytes)
      return false
    }
    return true
  }

  /** A router of a domain tells the sender what is wrong; the complaint travels like any packet. */
  #complain(domain: Domain<SiteState>, complaint: IcmpComplaint, nowMs: number): void {
    const view = this.#view
    if (complaint.type === 'time-exceeded') this.#drop('ttl', undefined, view.bytes)
    const error = buildIcmpError(view, domain.router, complaint)
    if (error !== undefined && view.parse(error)) this.#route(domain, nowMs)
  }

  /** The same from a router of the site, `level` NATs away from the host. */
  #complainInside(site: SiteState, level: number, complaint: IcmpComplaint, nowMs: number): void {
    const view = this.#view
    if (complaint.type === 'time-exceeded') this.#drop('ttl', site, view.bytes)
    const { lan, index } = site.plan
    const router = {
      v4: level === site.premises.length && level > 0 ? site.uplink.router.v4 : lan.base + 1,
      v6: siteIpv6(index, 1),
    }
    const error = buildIcmpError(view, router, complaint)
    if (error === undefined || !view.parse(error)) return
    if (view.version === 6 || this.#enter4(site, level - 1, nowMs))
      this.#cross(site, site.lan, 'lan', error, nowMs)
  }
}
