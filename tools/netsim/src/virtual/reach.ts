import { NAT_TYPES, type NatType } from '../nat/types.ts'

/**
 * How two peers come together: `direct` when both write to how the other is seen, `birthday` when one of them has to
 * guess a port among those that the other opened, `never` when both would have to.
 */
export type Reach = 'direct' | 'birthday' | 'never'

/**
 * As follows from the behaviour of the NATs in between (RFC 4787 §4.1 and §5): where a mapping is another one for each
 * destination, nobody can say which port to write to, and it matters where the other side lets in by ports. A test sends
 * packets through the NATs of the lab and finds the same for all pairs; that takes too long for every start.
 */
export function reachOf(a: NatType, b: NatType): Reach {
  if (changesPorts(a)) return changesPorts(b) ? 'never' : asksForPorts(b) ? 'birthday' : 'direct'
  return changesPorts(b) && asksForPorts(a) ? 'birthday' : 'direct'
}

function changesPorts(type: NatType): boolean {
  return NAT_TYPES[type].some(({ behaviour }) => behaviour.mapping !== 'endpoint-independent')
}

function asksForPorts(type: NatType): boolean {
  return NAT_TYPES[type].some(({ behaviour }) => behaviour.filtering === 'address-and-port-dependent')
}

/** The types of the matrix. */
export const NAT_TYPE_NAMES: readonly NatType[] = Object.keys(NAT_TYPES).filter(
  (name): name is NatType => name in NAT_TYPES,
)
