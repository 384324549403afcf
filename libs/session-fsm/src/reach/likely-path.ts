/**
 * How a node can be reached over IPv4, in HyperDHT's words: `open` takes packets from anybody; behind `consistent` the
 * NAT keeps one mapping for all destinations (endpoint-independent, RFC 4787 section 4.1), behind `random` it does not.
 */
export type Reach = 'open' | 'consistent' | 'random'

/**
 * - `direct`: one side is open, no hole is needed
 * - `punched`: both send at once to a known port, within a second
 * - `birthday`: one port is unknown; 256 sockets and some seconds of luck find it (p50 3.5 s, p99 23 s)
 * - `none`: neither port is known, only a relay joins the two
 */
export type LikelyPath = 'direct' | 'punched' | 'birthday' | 'none'

/** How two nodes would reach each other without a relay; which of them broadcasts does not matter. */
export function likelyPath(one: Reach, other: Reach): LikelyPath {
  if (one === 'open' || other === 'open') return 'direct'
  if (one === 'consistent' && other === 'consistent') return 'punched'
  return one === 'random' && other === 'random' ? 'none' : 'birthday'
}
