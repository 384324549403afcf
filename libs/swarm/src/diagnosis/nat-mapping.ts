import { type Address, sameAddress } from '../address.ts'

/** Where one node of the DHT saw us. All samples come from one local socket. */
export interface MappingSample {
  readonly asked: Address
  readonly seen: Address
}

/**
 * Whether a NAT gives different destinations different ports: RFC 4787 section 4.1. `none` where the address seen is
 * our own. `unknown` with fewer than two destinations.
 */
export type NatMapping =
  'none' | 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent' | 'unknown'

/** @param local the addresses of this machine's interfaces, and the port of the socket that asked */
export function mappingOf(
  samples: readonly MappingSample[],
  local: { hosts: readonly string[]; port: number },
): NatMapping {
  const [first, ...others] = samples
  if (first === undefined) return 'unknown'
  const isAlike = others.every(({ seen }) => sameAddress(seen, first.seen))
  if (isAlike && local.hosts.includes(first.seen.host) && first.seen.port === local.port) return 'none'
  if (others.length === 0) return 'unknown'
  if (isAlike) return 'endpoint-independent'
  // Two ports of one host that see the same mapping: only the address counts.
  const isAlikeByHost = samples.every(({ asked, seen }) =>
    samples.every((other) => other.asked.host !== asked.host || sameAddress(other.seen, seen)),
  )
  const hasPairs = new Set(samples.map(({ asked }) => asked.host)).size < samples.length
  return isAlikeByHost && hasPairs ? 'address-dependent' : 'address-and-port-dependent'
}

/** Whether each node sees us where it saw us before; undefined when none was asked twice. */
export function isStable(
  before: readonly MappingSample[],
  after: readonly MappingSample[],
): boolean | undefined {
  const pairs = after.flatMap((later) => {
    const earlier = before.find(({ asked }) => sameAddress(asked, later.asked))
    return earlier === undefined ? [] : [sameAddress(earlier.seen, later.seen)]
  })
  return pairs.length === 0 ? undefined : pairs.every(Boolean)
}
