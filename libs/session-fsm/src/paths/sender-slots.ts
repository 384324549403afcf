export interface SenderSlotsOptions {
  /** WebRTC connections at one time. Default 32. */
  readonly maxConnections?: number
  /** Children that may be between two paths, and so receive every frame twice, at one time. Default 4. */
  readonly maxSwitches?: number
}

/** A sender's WebRTC connections and path switches, by the child's id. */
export interface SenderSlots {
  /** True when the child has a connection's slot, now or already. */
  take(child: string): boolean
  /** True when the child, which has a slot, may receive both paths. Frees nothing when refused. */
  beginSwitch(child: string): boolean
  /** The child receives one path again; its slot stays. */
  endSwitch(child: string): void
  /** The child's connection is gone. */
  release(child: string): void
  readonly connections: number
  readonly switches: number
}

export function createSenderSlots({
  maxConnections = 32,
  maxSwitches = 4,
}: SenderSlotsOptions = {}): SenderSlots {
  const connections = new Set<string>()
  const switches = new Set<string>()
  return {
    take: (child) => enter(connections, child, maxConnections),
    beginSwitch: (child) => connections.has(child) && enter(switches, child, maxSwitches),
    endSwitch: (child) => void switches.delete(child),
    release(child) {
      connections.delete(child)
      switches.delete(child)
    },
    get connections() {
      return connections.size
    },
    get switches() {
      return switches.size
    },
  }
}

function enter(set: Set<string>, child: string, max: number): boolean {
  if (set.has(child)) return true
  if (set.size >= max) return false
  set.add(child)
  return true
}
