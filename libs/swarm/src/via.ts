import type { SecretStream } from '@hyperswarm/secret-stream'
import type { Via } from '@pearcast/protocol'
import type HyperDHT from 'hyperdht'
import { isLanHost } from './address.ts'
import { BoundedMap } from './bounded-map.ts'

/** Firewall classes as HyperDHT numbers them: 0 unknown, 1 open, 2 consistent, 3 random. */
const RANDOM = 3

/** What one connection shows of the way it came about. */
export interface ConnectionTraits {
  remoteHost: string
  /** It runs over one of the node's own two sockets: a hole-punched one gets a socket from HyperDHT's pool. */
  onNodeSocket: boolean
  /** Firewall classes that the two sides told each other before punching; undefined when no punch was negotiated. */
  punch: PunchClasses | undefined
}

export interface PunchClasses {
  remoteFirewall: number
  localFirewall: number
}

/**
 * How a swarm connection reached its peer.
 *
 * - `lan`: the peer's address is loopback, link-local or private use
 * - `public`: no punch, because one side is reachable
 * - `birthday`: one NAT maps at random, so 256 sockets met 1750 probes
 * - `punched`: two consistent NATs opened for each other
 */
export function viaOf(traits: ConnectionTraits): Via {
  if (isLanHost(traits.remoteHost)) return 'lan'
  if (traits.onNodeSocket) return 'public'
  const { punch } = traits
  if (punch && isLottery(punch)) return 'birthday'
  return 'punched'
}

/** Reads the traits of an open connection. */
export function connectionTraits(
  { io }: HyperDHT,
  { rawStream }: SecretStream,
  punch: PunchClasses | undefined,
): ConnectionTraits {
  const { socket, remoteHost } = rawStream
  const onNodeSocket = socket !== null && (socket === io.serverSocket || socket === io.clientSocket)
  return { remoteHost: remoteHost ?? '', onNodeSocket, punch }
}

/** How long a negotiated punch may take until its connection appears, ms: a birthday punch ends after 35 s. */
const PUNCH_MEMORY_MS = 60_000
const MAX_HOSTS = 1024

/**
 * What a server's `holepunch` hook was told, by remote host: the hook names no connection, so the two are joined by
 * the address that the connection then comes from.
 */
export class PunchLog {
  readonly #byHost = new BoundedMap<string, PunchClasses & { atMs: number }>(MAX_HOSTS)

  add(hosts: Iterable<string>, classes: PunchClasses, nowMs: number): void {
    for (const host of hosts) this.#byHost.set(host, { ...classes, atMs: nowMs })
  }

  get(host: string, nowMs: number): PunchClasses | undefined {
    const found = this.#byHost.get(host)
    if (!found || nowMs - found.atMs > PUNCH_MEMORY_MS) return undefined
    return { remoteFirewall: found.remoteFirewall, localFirewall: found.localFirewall }
  }
}

/** A NAT that maps at random has to be hit by chance. */
export function isLottery({ remoteFirewall, localFirewall }: PunchClasses): boolean {
  return remoteFirewall >= RANDOM || localFirewall >= RANDOM
}
