import type { DropReason } from '../fabric/drops.ts'
import { Fabric } from '../fabric/fabric.ts'
import { checksumsAreRight } from '../ip/verify.ts'
import type { UdpOptions } from '../ip/build.ts'
import { seededRandom } from '../random.ts'
import type { Site } from '../topology/topology.ts'
import { flow, udp } from './packets.ts'

export interface Arrival {
  atMs: number
  host: string
  packet: Uint8Array
}

/** A fabric in virtual time, with hosts that only send what they are told, and everything that happened. */
export class LabBench {
  readonly fabric: Fabric
  readonly arrivals: Arrival[] = []
  readonly drops: { reason: DropReason; site: string | undefined }[] = []
  readonly escapes: (string | undefined)[] = []
  nowMs = 0
  /** Packets whose checksums were wrong on arrival. */
  wrong = 0

  constructor(sites: Site[], seed = 1) {
    this.fabric = new Fabric(
      { sites },
      {
        random: seededRandom(seed),
        onDrop: (reason, site) => this.drops.push({ reason, site }),
        onEscape: (_, hostId) => this.escapes.push(hostId),
      },
    )
  }

  /** The address of a host, without prefix length. */
  v4(host: string): string {
    return this.fabric.host(host).addresses.v4.split('/')[0] ?? ''
  }

  v6(host: string): string {
    return this.fabric.host(host).addresses.v6?.split('/')[0] ?? ''
  }

  /** A host sends a UDP packet from a port of its IPv4 address (IPv6 if the target is). */
  send(host: string, port: number, to: string, options: Partial<UdpOptions> = {}): void {
    const from = to.startsWith('[') ? `[${this.v6(host)}]:${port}` : `${this.v4(host)}:${port}`
    this.fabric.inject(host, udp(from, to, options), this.nowMs)
  }

  /** Let time pass. Returns what arrived meanwhile. */
  run(durationMs = 1000): Arrival[] {
    const from = this.arrivals.length
    const untilMs = this.nowMs + durationMs
    for (let at = this.fabric.next(); at !== undefined && at <= untilMs; at = this.fabric.next()) {
      this.nowMs = Math.max(this.nowMs, at)
      this.fabric.advance(at, (host, packet) => {
        if (!checksumsAreRight(packet)) this.wrong++
        this.arrivals.push({ atMs: this.nowMs, host, packet })
      })
    }
    this.nowMs = untilMs
    this.fabric.advance(untilMs, () => undefined)
    return this.arrivals.slice(from)
  }

  /** Send, let it arrive, and tell who got it and what it looked like; or why it was dropped. */
  trace(host: string, port: number, to: string, options: Partial<UdpOptions> = {}): string {
    const dropsBefore = this.drops.length
    this.send(host, port, to, options)
    const arrived = this.run().map((arrival) => `${arrival.host}: ${flow(arrival.packet)}`)
    const dropped = this.drops.slice(dropsBefore).map((drop) => drop.reason)
    return [...arrived, ...dropped].join(', ')
  }
}
