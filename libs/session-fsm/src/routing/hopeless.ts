/**
 * HyperDHT's codes for a pair whose NATs both map at random: no probe meets. The first is also what it says when it
 * punches for somebody else at the moment, so dials go on all the same.
 */
const HOPELESS_CODES: ReadonlySet<string> = new Set([
  'HOLEPUNCH_ABORTED',
  'HOLEPUNCH_DOUBLE_RANDOMIZED_NATS',
  'CANNOT_HOLEPUNCH',
])

/** Does the failure of a dial say that another one would fail as well? */
export function isHopelessDial(code: string): boolean {
  return HOPELESS_CODES.has(code)
}
