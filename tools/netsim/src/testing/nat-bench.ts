import type { NatConfig } from '../nat/config.ts'
import { Nat } from '../nat/nat.ts'
import { seededRandom } from '../random.ts'
import { checksumsAreRight } from '../ip/verify.ts'
import { destinationOf, flow, sourceOf, udp } from './packets.ts'

export const NAT_ADDRESS = '5.1.0.2'

const RFC_4787: NatConfig = {
  mapping: 'endpoint-independent',
  filtering: 'endpoint-independent',
  portAllocation: 'preserving',
  hairpinning: true,
  bindingLifetimeMs: 300_000,
  refresh: 'both',
  publicAddress: NAT_ADDRESS,
}

/** A NAT on the bench, probed with packets in words. Unless told otherwise it does what RFC 4787 asks for. */
export class NatBench {
  readonly nat: Nat
  nowMs = 0

  constructor(config: Partial<NatConfig> = {}, seed = 1) {
    this.nat = new Nat({ ...RFC_4787, ...config }, seededRandom(seed))
  }

  /** Send from inside; the external endpoint that the remote sees, or `dropped`. */
  out(from: string, to: string): string {
    const packet = this.nat.outbound(udp(from, to), this.nowMs)
    if (packet === undefined) return 'dropped'
    if (!checksumsAreRight(packet)) return 'a wrong checksum'
    return destinationOf(packet) === to ? sourceOf(packet) : flow(packet)
  }

  /** Send from outside; the internal endpoint that receives it, or `dropped`. */
  in(from: string, to: string): string {
    const packet = this.nat.inbound(udp(from, to), this.nowMs)
    if (packet === undefined) return 'dropped'
    if (!checksumsAreRight(packet)) return 'a wrong checksum'
    return sourceOf(packet) === from ? destinationOf(packet) : flow(packet)
  }

  /** Send from inside to the NAT's own address; what comes back inside. */
  turn(from: string, to: string): string {
    const packet = this.nat.outbound(udp(from, to), this.nowMs)
    return packet !== undefined && !checksumsAreRight(packet) ? 'a wrong checksum' : flow(packet)
  }
}
