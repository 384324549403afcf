import type { LinkConfig } from '../link/link.ts'
import type { NatType } from '../nat/types.ts'
import { home, mobileCgnat, siteOfType, udpBlocked, type SiteChanges } from '../topology/presets.ts'
import type { Site } from '../topology/topology.ts'
import type { Place } from './scenario.ts'

/** One way: two places are 40 ms apart, there and back. */
const LINE_MS = 10

/** Behind the NATs of a type, on a plain line. */
export function behind(type: NatType, changes: SiteChanges = {}): Place {
  return place(siteOfType('', [], type, { link: { delayMs: LINE_MS }, ...changes }))
}

/** A flat with a common router and fibre. */
export function atHome(changes: SiteChanges = {}): Place {
  return place(home('', [], changes))
}

/** A phone behind its operator's NAT. */
export function onMobile(changes: SiteChanges = {}): Place {
  return place(mobileCgnat('', [], changes))
}

/** A network that lets no UDP through. */
export function withoutUdp(changes: SiteChanges = {}): Place {
  return place(udpBlocked('', [], changes))
}

/** The plain line with something wrong with it. */
export function line(trouble: Omit<LinkConfig, 'delayMs'>): SiteChanges {
  return { link: { delayMs: LINE_MS, ...trouble } }
}

/** A site without its name and hosts. */
export function place({ id: _id, hosts: _hosts, ...rest }: Site): Place {
  return rest
}
