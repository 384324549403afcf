import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { NetsimError } from '../errors.ts'
import { Fabric } from '../fabric/fabric.ts'
import { seededRandom } from '../random.ts'
import { formatIpv4, formatIpv6 } from '../ip/address.ts'
import { get32 } from '../ip/bytes.ts'
import type { HostPlan } from '../topology/plan.ts'
import { Capture } from './capture.ts'
import { closeFd, eventfd, preferThisThread } from './libc.ts'
import type { ErrorReport, Fault, FromWorker, ToWorker, WorkerSetup } from './messages.ts'
import { Namespaces } from './namespace.ts'
import { PacketLoop } from './packet-loop.ts'

/*
 * The thread that owns every device of a lab. It never returns to its event loop while the lab is open: messages are
 * taken from the port when the eventfd says that there are some.
 */

class LabWorker {
  readonly #port: MessagePort
  readonly #fabric: Fabric
  readonly #namespaces: Namespaces
  readonly #wakeFd: number
  readonly #loop: PacketLoop
  readonly #capture: Capture | undefined
  readonly #plans: Map<string, HostPlan>

  constructor(port: MessagePort, setup: WorkerSetup) {
    this.#port = port
    this.#fabric = new Fabric(setup.topology, {
      random: seededRandom(setup.seed),
      onEscape: (packet, host) => {
        this.#post({ type: 'escape', escape: { host, destination: destinationOf(packet) } })
      },
    })
    this.#plans = new Map(this.#fabric.hosts().map((plan) => [plan.id, plan]))
    this.#namespaces = new Namespaces(setup.tunDevice)
    this.#wakeFd = eventfd()
    try {
      for (const plan of this.#plans.values()) this.#namespaces.open(plan)
      const { pcapFolder } = setup
      this.#capture = pcapFolder === undefined ? undefined : new Capture(pcapFolder, [...this.#plans.keys()])
    } catch (error) {
      this.#namespaces.close()
      closeFd(this.#wakeFd)
      throw error
    }
    this.#loop = new PacketLoop(this.#fabric, this.#namespaces.hosts, this.#wakeFd, this.#capture)
  }

  run(): void {
    preferThisThread()
    try {
      const hosts = this.#namespaces.hosts.flatMap(({ id, namespaceFd }) => {
        const plan = this.#plans.get(id)
        return plan === undefined ? [] : [{ plan, namespaceFd }]
      })
      this.#post({ type: 'ready', wakeFd: this.#wakeFd, hosts })
      this.#loop.run(() => this.#handleMessages())
    } finally {
      // The eventfd is closed by the main thread, which may still write to it.
      this.#namespaces.close()
      this.#capture?.close()
    }
  }

  /** False when the lab closes. */
  #handleMessages(): boolean {
    for (;;) {
      const received: { message: ToWorker } | undefined = receiveMessageOnPort(this.#port)
      if (received === undefined) return true
      const { message } = received
      if (message.type === 'close') return false
      try {
        this.#answer(message)
      } catch (error) {
        this.#post({ type: 'refused', id: message.id, error: report(error) })
      }
    }
  }

  #answer(message: Exclude<ToWorker, { type: 'close' }>): void {
    switch (message.type) {
      case 'stats': {
        const stats = { ...this.#fabric.stats(), ...this.#loop.stats(), bindings: this.#fabric.bindings() }
        this.#post({ type: 'stats', id: message.id, stats })
        return
      }
      case 'fault':
        this.#apply(message.fault)
        this.#post({ type: 'done', id: message.id, hosts: this.#readdress() })
    }
  }

  #apply(fault: Fault): void {
    switch (fault.name) {
      case 'rebind':
        this.#fabric.rebind(...fault.args)
        return
      case 'setPublicAddress':
        this.#fabric.setPublicAddress(...fault.args)
        return
      case 'cut':
        this.#fabric.cut(...fault.args)
        return
      case 'setLink':
        this.#fabric.setLink(...fault.args)
        return
      case 'roam':
        this.#fabric.roam(...fault.args)
    }
  }

  /** Give every host whose plan changed its new addresses. */
  #readdress(): HostPlan[] {
    const plans = this.#fabric.hosts()
    for (const plan of plans) {
      const host = this.#namespaces.hosts.find(({ id }) => id === plan.id)
      if (host === undefined || JSON.stringify(this.#plans.get(plan.id)) === JSON.stringify(plan)) continue
      this.#namespaces.reconfigure(host, plan)
      this.#plans.set(plan.id, plan)
    }
    return plans
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message, [])
  }
}

function destinationOf(packet: Uint8Array): string {
  return (packet[0] ?? 0) >>> 4 === 6 ? formatIpv6(packet, 24) : formatIpv4(get32(packet, 16))
}

function report(error: unknown): ErrorReport {
  if (error instanceof NetsimError) return { code: error.code, message: error.message }
  if (!(error instanceof Error)) return { code: undefined, message: String(error) }
  return { code: undefined, message: error.message, stack: error.stack ?? '' }
}

if (parentPort !== null) {
  const setup: WorkerSetup = workerData
  try {
    new LabWorker(parentPort, setup).run()
  } catch (error) {
    const failed: FromWorker = { type: 'failed', error: report(error) }
    parentPort.postMessage(failed, [])
  }
  parentPort.close()
}
