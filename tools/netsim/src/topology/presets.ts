import type { LinkConfig } from '../link/link.ts'
import { NAT_BEHAVIOURS, NAT_TYPES, type NatSpec, type NatType } from '../nat/types.ts'
import type { Site } from './topology.ts'

type Hosts = Site['hosts']
/** Whatever of a preset a scenario wants otherwise. */
export type SiteChanges = Partial<Omit<Site, 'id' | 'hosts'>>

/** Lines by name, one way each, with the physical reason for their numbers. */
export const LINKS: Record<
  'datacentre' | 'fibre' | 'dsl' | 'wifi' | 'lte' | 'office' | 'tunnel',
  LinkConfig
> = {
  /** A machine at an exchange: switches only. */
  datacentre: { delayMs: 1 },
  /** Fibre at home: light for 1000 km, and a fixed slot on the shared tree. */
  fibre: { delayMs: 5, jitterMs: 0.5, rateKbps: 100_000, queueBytes: 262_144 },
  /** DSL with interleaving against impulse noise, PPPoE, and a queue that was never tuned: 10 Mbit/s upwards. */
  dsl: { delayMs: 15, jitterMs: 1, rateKbps: 10_000, queueBytes: 131_072, mtu: 1492 },
  /** A crowded access point: air time is shared, retransmissions cost time, and some frames give up in bursts. */
  wifi: {
    delayMs: 10,
    jitterMs: 6,
    loss: { rate: 0.01, meanBurstPackets: 2 },
    rateKbps: 20_000,
    queueBytes: 131_072,
  },
  /** Cellular: a grant is scheduled every few ms, link-layer retransmission hides loss, buffers are deep. */
  lte: { delayMs: 25, jitterMs: 8, rateKbps: 15_000, queueBytes: 524_288 },
  /** An office: a leased line behind inspecting firewalls. */
  office: { delayMs: 8, jitterMs: 1, rateKbps: 200_000, queueBytes: 262_144 },
  /** A VPN: the way to its exit comes on top, its header takes 80 bytes of each packet. */
  tunnel: { delayMs: 30, jitterMs: 2, rateKbps: 50_000, queueBytes: 262_144, mtu: 1420 },
}

/** Lines whose two ways differ much, or that are far: `up` is what their hosts send. */
export const LINES: Record<
  'adsl' | '3g' | 'geostationary' | 'low-orbit',
  { up: LinkConfig; down: LinkConfig }
> = {
  /** ADSL2+ at the end of a long wire: 16 Mbit/s down, 1 Mbit/s up behind a second of queue. */
  adsl: {
    up: { delayMs: 15, jitterMs: 1, rateKbps: 1000, queueBytes: 131_072, mtu: 1492 },
    down: { delayMs: 15, jitterMs: 1, rateKbps: 16_000, queueBytes: 262_144, mtu: 1492 },
  },
  /** HSPA: the radio bearer is shared, the link layer repeats what is lost and lets little through to be lost. */
  '3g': {
    up: { delayMs: 60, jitterMs: 30, loss: 0.005, rateKbps: 384, queueBytes: 65_536 },
    down: { delayMs: 50, jitterMs: 25, loss: 0.005, rateKbps: 2000, queueBytes: 262_144 },
  },
  /** 35 786 km up and down again are 240 ms; time slots and error correction come on top, rain takes some packets. */
  geostationary: {
    up: { delayMs: 280, jitterMs: 15, loss: 0.003, rateKbps: 2000, queueBytes: 262_144 },
    down: { delayMs: 270, jitterMs: 10, loss: 0.003, rateKbps: 20_000, queueBytes: 1_048_576 },
  },
  /** 550 km high: near, but the dish changes satellites every few seconds and loses what is on its way then. */
  'low-orbit': {
    up: {
      delayMs: 18,
      jitterMs: 8,
      loss: { rate: 0.01, meanBurstPackets: 3 },
      rateKbps: 10_000,
      queueBytes: 262_144,
    },
    down: {
      delayMs: 18,
      jitterMs: 8,
      loss: { rate: 0.01, meanBurstPackets: 3 },
      rateKbps: 80_000,
      queueBytes: 524_288,
    },
  },
}

/** A flat behind a common router that keeps ports and lets in only who was written to. */
export function home(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  return { id, hosts, nats: NAT_TYPES['port-restricted'], link: LINKS.fibre, ...changes }
}

/** A company: its firewall gives each destination another port, at random. */
export function corporate(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  return { id, hosts, nats: NAT_TYPES['symmetric-random'], link: LINKS.office, ...changes }
}

/** A phone: no router of its own, the operator's NAT far behind the radio, which forgets within half a minute. */
export function mobileCgnat(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  const behaviour = { ...NAT_BEHAVIOURS.cgnat, bindingLifetimeMs: 30_000 }
  return { id, hosts, nats: [{ place: 'operator', behaviour }], link: LINKS.lte, ...changes }
}

/** A café: stations are kept apart by the access point, which does not hairpin either. */
export function hotspot(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  const behaviour = { ...NAT_BEHAVIOURS['port-restricted'], hairpinning: false, bindingLifetimeMs: 60_000 }
  return {
    id,
    hosts,
    nats: [{ place: 'premises', behaviour }],
    link: LINKS.wifi,
    apIsolation: true,
    ...changes,
  }
}

/** A commercial VPN: its exit is one NAT for many customers; the local router sees only the tunnel. */
export function vpn(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  const exit: NatSpec = { place: 'operator', behaviour: NAT_BEHAVIOURS.cgnat, inside: '10.8.0.0/16' }
  return { id, hosts, nats: [exit], link: LINKS.tunnel, mtu: 1420, ...changes }
}

/** Rented machines with public addresses: where bootstrap nodes and relays run. */
export function cloud(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  return { id, hosts, nats: [], link: LINKS.datacentre, ...changes }
}

/** A network that lets only the web through, as some hotels, schools and ministries have it. */
export function udpBlocked(id: string, hosts: Hosts, changes: SiteChanges = {}): Site {
  return { id, hosts, nats: NAT_TYPES['port-restricted'], link: LINKS.office, udpBlocked: true, ...changes }
}

/** The presets by name. */
export const PRESETS: Record<
  'home' | 'corporate' | 'mobile-cgnat' | 'hotspot' | 'vpn' | 'cloud' | 'udp-blocked',
  (id: string, hosts: Hosts, changes?: SiteChanges) => Site
> = { home, corporate, 'mobile-cgnat': mobileCgnat, hotspot, vpn, cloud, 'udp-blocked': udpBlocked }

/** A site of the matrix: the NATs of a type behind a plain line of 20 ms each way, so that only the NATs differ. */
export function siteOfType(id: string, hosts: Hosts, type: NatType, changes: SiteChanges = {}): Site {
  return { id, hosts, nats: NAT_TYPES[type], link: { delayMs: 20 }, ...changes }
}
