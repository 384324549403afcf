/** What is left free of a measured uplink: repair, the room for a second child that starts at once, and the household. */
const UPLINK_SHARE = 0.7
/** More children than this cost more in churn than they save in depth. */
const MAX_CHILDREN = 64
/** A station that few hear needs no relay of a minute's standing; one that grew needs the steady ones. */
const STEADY_S = 300

export interface Capacity {
  /** Measured, bytes a second. */
  readonly uplinkBytesPerS: number
  /** One child on the wire: payload, signature, seal and headers. */
  readonly streamBytesPerS: number
  /** What the user allows, bytes a second. */
  readonly allowedBytesPerS?: number
  /** Default 64. */
  readonly maxChildren?: number | undefined
}

/** How many children an uplink serves at the same time. */
export function fanOut(capacity: Capacity): number {
  const {
    allowedBytesPerS = Infinity,
    maxChildren = MAX_CHILDREN,
    streamBytesPerS,
    uplinkBytesPerS,
  } = capacity
  const usable = Math.min(uplinkBytesPerS * UPLINK_SHARE, allowedBytesPerS)
  // Written so that NaN serves nobody.
  if (!(streamBytesPerS > 0) || !(usable >= streamBytesPerS)) return 0
  return Math.min(Math.floor(usable / streamBytesPerS), maxChildren)
}

/** How deep a full tree of so many peers is when each serves `children`: what to hold a grown tree against. */
export function fullTreeDepth(peers: number, children: number): number {
  if (children < 2) return peers
  let depth = 0
  for (let level = 1, held = 0; held < peers; depth++) {
    level *= children
    held += level
  }
  return depth
}

export interface Circumstances {
  /** What the user said; `auto` decides by the rest. */
  readonly mode: 'auto' | 'on' | 'off'
  /** The connection is paid by volume, as far as the system tells. */
  readonly metered: boolean
  /** Whether strangers reach this peer: `open` at its address, `punched` through its NAT, `never` otherwise. */
  readonly reach: 'open' | 'punched' | 'never' | 'unknown'
  readonly fanOut: number
}

export type LeafReason = 'asked' | 'metered' | 'unreachable' | 'no-uplink'

/** Why this peer serves nobody, or undefined when it may. */
export function leafReason({
  mode,
  metered,
  reach,
  fanOut: children,
}: Circumstances): LeafReason | undefined {
  if (mode === 'off') return 'asked'
  if (mode === 'auto' && metered) return 'metered'
  if (reach === 'never' || reach === 'unknown') return 'unreachable'
  // A relay with one child makes the tree deeper and no wider.
  return children < 2 ? 'no-uplink' : undefined
}

/**
 * How good an interior node a peer is, from 0. Who has stayed will stay: session times of listeners are heavy-tailed, so
 * age is worth as much as uplink, up to five minutes of it.
 */
export function standing({ ageS, slots }: { ageS: number; slots: number }): number {
  if (slots < 1) return 0
  return Math.log2(1 + slots) * (0.5 + Math.min(Math.max(ageS, 0), STEADY_S) / STEADY_S)
}
