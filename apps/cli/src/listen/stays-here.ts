import { isLoopbackHost, type Address } from '@pearcast/swarm'

/**
 * Why nothing is passed on, where that is wanted and cannot be: a listener whose DHT is on this computer is asked by nobody
 * elsewhere, and those here need no help. Undefined anywhere else.
 */
export function staysHere(
  relay: 'auto' | 'off',
  bootstrap: readonly Address[] | undefined,
): string | undefined {
  if (relay === 'off' || bootstrap === undefined) return undefined
  if (!bootstrap.every(({ host }) => isLoopbackHost(host))) return undefined
  return 'The DHT is on this computer (--bootstrap), so what is heard is not passed on; "pearcast relay LINK" does that.'
}
