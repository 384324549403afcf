import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { NetsimError } from '../errors.ts'
import type { HostPlan } from '../topology/plan.ts'
import type { Topology } from '../topology/topology.ts'
import { NSENTER, tunAvailable, TUN_DEVICE } from './available.ts'
import type { ErrorReport, Escape, Fault, FromWorker, LabStats, ToWorker, WorkerSetup } from './messages.ts'
import { within } from '../within.ts'
import { Warden } from './warden.ts'

export interface TunLabOptions {
  /** Every draw of the lab: losses, jitter, ports. */
  seed: number
  /** Default /dev/net/tun. */
  tunDevice?: string
  /** Gets `<host>.pcapng` with what passes each host's interface. */
  pcapFolder?: string | undefined
  /** A packet would have left the lab: the run should fail. Bounded: told of the first 100 only. */
  onEscape?(escape: Escape): void
}

/** A running lab. */
export interface Lab {
  /** All hosts as they are now; a fault can change their addresses. */
  readonly hosts: readonly HostPlan[]
  /** Packets for an address outside of the lab, all dropped. More than 0 fails a run. */
  readonly escapes: number
  /** The first of them. */
  readonly escaped: readonly Escape[]
  /** Why the lab broke down, if it did. All its processes are ended then. */
  readonly failure: NetsimError | undefined
  /**
   * Run a program inside a host, whose only network is the lab. It is a child like any other (its pid, its signals,
   * its pipes), and ends with the lab, as do its own children. Exit code 127: there is no such command. Throws
   * `UNKNOWN_HOST`, `LAB_CLOSED`.
   */
  spawn(hostId: string, command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Make something happen. Rejects with the fabric's error, or `LAB_CLOSED`. */
  fault(fault: Fault): Promise<void>
  stats(): Promise<LabStats>
  /** Kill what still runs and take everything apart. May be called again. */
  close(): Promise<void>
}

/**
 * Build a topology out of network namespaces. Rejects with `TUN_UNAVAILABLE` (what is missing), `SYSCALL_FAILED`,
 * or an error of the topology.
 */
export async function openTunLab(topology: Topology, options: TunLabOptions): Promise<Lab> {
  const tunDevice = options.tunDevice ?? TUN_DEVICE
  const available = tunAvailable({ tunDevice })
  if (!available.ok) throw NetsimError.tunUnavailable(available.reason)
  if (available.inUserNamespace)
    throw NetsimError.tunUnavailable('This user needs a user namespace: call enterUserNamespace() first.')
  const workerData: WorkerSetup = {
    topology,
    seed: options.seed,
    tunDevice,
    pcapFolder: options.pcapFolder,
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] })
  const lab = new TunLab(worker, options)
  try {
    await within(READY_MS, 'Building the lab', lab.ready)
    return lab
  } catch (error) {
    await lab.close()
    throw error
  }
}

const ESCAPES_KEPT = 100
/** Far more than a busy machine needs; what takes longer hangs. */
const READY_MS = 30_000
const ANSWER_MS = 15_000
const END_MS = 15_000
const WAKE = new BigUint64Array([1n])

interface Request {
  resolve(stats: LabStats | undefined): void
  reject(error: NetsimError): void
}

class TunLab implements Lab {
  hosts: readonly HostPlan[] = []
  escapes = 0
  readonly escaped: Escape[] = []
  failure: NetsimError | undefined
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #workerExited: Promise<unknown>
  readonly #options: TunLabOptions
  readonly #namespaceFds = new Map<string, number>()
  readonly #requests = new Map<number, Request>()
  #lastRequest = 0
  #wakeFd: number | undefined
  #warden: Warden | undefined
  #closing: Promise<void> | undefined
  #start: { resolve(): void; reject(error: NetsimError): void } | undefined

  constructor(worker: Worker, options: TunLabOptions) {
    this.#worker = worker
    this.#options = options
    this.#workerExited = once(worker, 'exit')
    this.ready = new Promise((resolve, reject) => {
      this.#start = { resolve, reject }
    })
    worker.on('message', (message: FromWorker) => {
      this.#onMessage(message)
    })
    worker.on('error', (error) => {
      this.#fail({ code: undefined, message: String(error) })
    })
    worker.on('exit', () => {
      if (this.#wakeFd !== undefined) closeSync(this.#wakeFd)
      this.#wakeFd = undefined
      if (this.#closing === undefined) this.#fail({ code: undefined, message: 'its worker ended' })
    })
    process.once('exit', this.#stopWorker)
  }

  spawn(hostId: string, command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (this.#closing !== undefined || this.failure !== undefined) throw NetsimError.labClosed()
    const fd = this.#namespaceFds.get(hostId)
    if (fd === undefined) throw NetsimError.unknown('host', hostId, this.#namespaceFds.keys())
    // nsenter becomes the program: no process stands in between. If the lab is gone, it finds no namespace and ends.
    return spawn(NSENTER, [`--net=/proc/${process.pid}/fd/${fd}`, '--', command, ...args], options)
  }

  async fault(fault: Fault): Promise<void> {
    await this.#request((id) => ({ type: 'fault', id, fault }))
  }

  async stats(): Promise<LabStats> {
    const stats = await this.#request((id) => ({ type: 'stats', id }))
    if (stats === undefined) throw NetsimError.labClosed()
    return stats
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await within(END_MS, 'Ending the processes of the lab', this.#warden?.finish() ?? Promise.resolve())
    } finally {
      await this.#endWorker()
      process.off('exit', this.#stopWorker)
      this.#rejectAll(NetsimError.labClosed())
    }
  }

  /** A worker that does not listen any more is ended; the kernel then takes its devices away. */
  async #endWorker(): Promise<void> {
    this.#stopWorker()
    try {
      await within(END_MS, 'The end of the worker', this.#workerExited)
    } catch {
      await this.#worker.terminate()
    }
  }

  /** Also when the process exits, which waits for the worker. */
  readonly #stopWorker = (): void => {
    this.#send({ type: 'close' })
  }

  #request(message: (id: number) => ToWorker): Promise<LabStats | undefined> {
    if (this.#closing !== undefined || this.failure !== undefined)
      return Promise.reject(this.failure ?? NetsimError.labClosed())
    const id = ++this.#lastRequest
    const answer = new Promise<LabStats | undefined>((resolve, reject) => {
      this.#requests.set(id, { resolve, reject })
      this.#send(message(id))
    })
    return within(ANSWER_MS, "The lab's answer", answer)
  }

  #send(message: ToWorker): void {
    if (this.#wakeFd === undefined) return
    this.#worker.postMessage(message, [])
    writeSync(this.#wakeFd, WAKE)
  }

  #onMessage(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.#wakeFd = message.wakeFd
        this.hosts = message.hosts.map((host) => host.plan)
        for (const { plan, namespaceFd } of message.hosts) this.#namespaceFds.set(plan.id, namespaceFd)
        this.#warden = new Warden([...this.#namespaceFds.values()])
        this.#start?.resolve()
        return
      case 'escape':
        this.#onEscape(message.escape)
        return
      case 'failed':
        this.#fail(message.error)
        return
      case 'done':
        this.hosts = message.hosts
        this.#settle(message.id)?.resolve(undefined)
        return
      case 'stats':
        this.#settle(message.id)?.resolve(message.stats)
        return
      case 'refused':
        this.#settle(message.id)?.reject(errorOf(message.error))
    }
  }

  #onEscape(escape: Escape): void {
    this.escapes++
    if (this.escapes > ESCAPES_KEPT) return
    this.escaped.push(escape)
    this.#options.onEscape?.(escape)
  }

  #settle(id: number): Request | undefined {
    const request = this.#requests.get(id)
    this.#requests.delete(id)
    return request
  }

  #fail(report: ErrorReport): void {
    if (this.failure !== undefined) return
    this.failure = errorOf(report)
    this.#start?.reject(this.failure)
    this.#rejectAll(this.failure)
    // What keeps it from closing is told to whoever closes it.
    this.close().catch(() => undefined)
  }

  #rejectAll(error: NetsimError): void {
    for (const request of this.#requests.values()) request.reject(error)
    this.#requests.clear()
  }
}

function errorOf({ code, message, stack }: ErrorReport): NetsimError {
  return code === undefined ? NetsimError.labFailed(message, stack) : new NetsimError(code, message)
}
