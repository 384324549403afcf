import type { Fabric } from '../fabric/fabric.ts'
import type { Capture } from './capture.ts'
import { POLLIN, ppoll, readInto, writeFrom } from './libc.ts'
import type { LoopStats } from './messages.ts'
import type { HostNamespace } from './namespace.ts'

/** The longest IP packet. */
const PACKET_BYTES = 65_535
/** Packets are read into large buffers side by side; a delayed packet keeps its buffer alive. */
const BUFFER_BYTES = 1 << 20
/** From one host in a row, so that a flood does not starve the others. */
const BURST_PACKETS = 64
/** The longest sleep: a process that exits waits for this thread to return from its call. */
const SLEEP_MS = 100

/**
 * Moves packets between the devices and the fabric, and sleeps until a device or the wake-up is readable or the
 * next delivery is due. One thread, nothing asynchronous: it returns when `onWake` says so.
 */
export class PacketLoop {
  readonly #fabric: Fabric
  readonly #hosts: readonly HostNamespace[]
  readonly #tunFds: ReadonlyMap<string, number>
  readonly #capture: Capture | undefined
  /** struct pollfd: the descriptor, then events and revents of 16 bits each. The wake-up comes first. */
  readonly #polled: Int32Array
  readonly #timeout = new BigInt64Array(2)
  #buffer = new Uint8Array(BUFFER_BYTES)
  #used = 0
  #nowMs = 0
  #dueMs = 0
  #refused = 0
  #deliveries = 0
  #lateSumMs = 0
  #lateMaxMs = 0
  #lateOver5 = 0

  constructor(fabric: Fabric, hosts: readonly HostNamespace[], wakeFd: number, capture?: Capture) {
    this.#fabric = fabric
    this.#capture = capture
    this.#hosts = hosts
    this.#tunFds = new Map(hosts.map((host) => [host.id, host.tunFd]))
    this.#polled = new Int32Array(2 * (hosts.length + 1))
    for (const [i, fd] of [wakeFd, ...hosts.map((host) => host.tunFd)].entries()) {
      this.#polled[2 * i] = fd
      this.#polled[2 * i + 1] = POLLIN
    }
  }

  /** `onWake` answers whether to go on. */
  run(onWake: () => boolean): void {
    const wake = new Uint8Array(8)
    for (;;) {
      const ready = this.#sleep()
      this.#nowMs = performance.now()
      if (ready > 0) {
        if (this.#isReadable(0)) {
          readInto(this.#polled[0] ?? -1, wake, 8)
          if (!onWake()) return
        }
        for (const [i, host] of this.#hosts.entries()) if (this.#isReadable(i + 1)) this.#read(host, i + 1)
      }
      this.#deliverDue()
    }
  }

  stats(): LoopStats {
    const mean = this.#deliveries === 0 ? 0 : this.#lateSumMs / this.#deliveries
    return { lateMs: { mean, max: this.#lateMaxMs, over5: this.#lateOver5 }, refused: this.#refused }
  }

  #sleep(): number {
    const dueMs = this.#fabric.next()
    const forMs = dueMs === undefined ? SLEEP_MS : Math.min(Math.max(0, dueMs - performance.now()), SLEEP_MS)
    this.#timeout[1] = BigInt(Math.round(forMs * 1_000_000))
    return ppoll(this.#polled, this.#hosts.length + 1, this.#timeout, null)
  }

  #isReadable(index: number): boolean {
    return (this.#polled[2 * index + 1] ?? 0) >>> 16 !== 0
  }

  #read(host: HostNamespace, index: number): void {
    for (let i = 0; i < BURST_PACKETS; i++) {
      if (this.#used + PACKET_BYTES > BUFFER_BYTES) {
        this.#buffer = new Uint8Array(BUFFER_BYTES)
        this.#used = 0
      }
      const bytes = readInto(host.tunFd, this.#buffer.subarray(this.#used), PACKET_BYTES)
      if (bytes <= 0) {
        // A program removed the device: without this the loop would spin on its error.
        if (i === 0 && ((this.#polled[2 * index + 1] ?? 0) >>> 16) & ~POLLIN) this.#polled[2 * index] = -1
        return
      }
      const packet = this.#buffer.subarray(this.#used, this.#used + bytes)
      this.#used += bytes
      this.#capture?.add(host.id, packet, this.#nowMs, 'out')
      this.#fabric.inject(host.id, packet, this.#nowMs)
    }
  }

  /** One time after the other, so that each delivery knows how late it is. */
  #deliverDue(): void {
    for (;;) {
      const dueMs = this.#fabric.next()
      if (dueMs === undefined || dueMs > this.#nowMs) return
      this.#dueMs = dueMs
      this.#fabric.advance(dueMs, this.#deliver)
    }
  }

  readonly #deliver = (hostId: string, packet: Uint8Array): void => {
    const tunFd = this.#tunFds.get(hostId)
    if (tunFd === undefined || writeFrom(tunFd, packet, packet.length) < 0) this.#refused++
    this.#capture?.add(hostId, packet, this.#nowMs, 'in')
    const lateMs = this.#nowMs - this.#dueMs
    this.#deliveries++
    this.#lateSumMs += lateMs
    this.#lateMaxMs = Math.max(this.#lateMaxMs, lateMs)
    if (lateMs > 5) this.#lateOver5++
  }
}
