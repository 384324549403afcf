import type { Fabric } from '../fabric/fabric.ts'
import type { FabricStats } from '../fabric/drops.ts'
import type { HostPlan } from '../topology/plan.ts'
import type { Topology } from '../topology/topology.ts'
import type { NetsimErrorCode } from '../errors.ts'

/*
 * What the main thread and the worker that owns the devices say to each other. The worker sleeps in ppoll; whoever
 * sends it a message writes to its eventfd.
 */

type FaultName = 'rebind' | 'setPublicAddress' | 'cut' | 'setLink' | 'roam'

/** A call of one of the fabric's faults, by name: `{name: 'rebind', args: ['home']}`. */
export type Fault = { [Name in FaultName]: { name: Name; args: Parameters<Fabric[Name]> } }[FaultName]

export interface WorkerSetup {
  topology: Topology
  seed: number
  tunDevice: string
  /** For a pcapng file of each host's interface. */
  pcapFolder?: string | undefined
}

export type ToWorker =
  { type: 'fault'; id: number; fault: Fault } | { type: 'stats'; id: number } | { type: 'close' }

/** How well the backend keeps the fabric's time, and what it lost. */
export interface LoopStats {
  /** Deliveries by how late they were: an idle machine stays below 0.2 ms. */
  lateMs: { mean: number; max: number; over5: number }
  /** Packets that a host's device refused, for example while it is down. */
  refused: number
}

export interface LabStats extends FabricStats, LoopStats {
  /** Bindings of each NAT. */
  bindings: Record<string, number>
}

export interface ErrorReport {
  code: NetsimErrorCode | undefined
  message: string
  /** Of what should not have happened. */
  stack?: string
}

/** A packet that would have left the lab. */
export interface Escape {
  host: string | undefined
  /** The address it was for. */
  destination: string
}

export type FromWorker =
  | { type: 'ready'; wakeFd: number; hosts: { plan: HostPlan; namespaceFd: number }[] }
  | { type: 'done'; id: number; hosts: HostPlan[] }
  | { type: 'stats'; id: number; stats: LabStats }
  | { type: 'refused'; id: number; error: ErrorReport }
  | { type: 'escape'; escape: Escape }
  | { type: 'failed'; error: ErrorReport }
