import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldUpRecord, type HoldUps } from './hold-up.ts'

const LOOK_MS = 50

/**
 * Looks at the machine while a scenario plays: how late its own timer is (a pause of the whole machine), and how long
 * the processes of the lab waited for a processor (schedstat of the kernel: ready to run, and not running).
 */
export class HoldUpMeter {
  readonly #record = new HoldUpRecord(LOOK_MS)
  readonly #waitedMs = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  #lookedMs = performance.now()
  #fromMs = 0
  #startMs: number | undefined

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  /** Also looks at this process from now on. */
  watch(pid: number | undefined): void {
    if (pid !== undefined) this.#waitedMs.set(pid, waitedMs(pid) ?? 0)
  }

  /** What happened until now was before the start. */
  starting(): void {
    this.#fromMs = this.#record.totalMs
  }

  /** What happens from now on is not the start any more. */
  started(): void {
    this.#startMs ??= this.#record.totalMs
  }

  /** @param lateMs how late the lab itself delivered a packet at worst */
  figures(lateMs: number): HoldUps {
    const { worstMs, totalMs } = this.#record
    return {
      worstMs: Math.round(Math.max(worstMs, lateMs)),
      totalMs: Math.round(Math.max(totalMs, lateMs)),
      long: this.#record.long,
      startMs: Math.round((this.#startMs ?? totalMs) - this.#fromMs),
      excuseMs: (limitMs) => Math.round(Math.max(this.#record.excuseMs(limitMs), lateMs)),
    }
  }

  /** Sleeps so long, and for as long again as the machine was held up meanwhile. */
  async sleep(ms: number): Promise<void> {
    const beforeMs = this.#record.totalMs
    await sleep(ms)
    await sleep(Math.min(this.#record.totalMs - beforeMs, ms))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const nowMs = performance.now()
    let heldMs = nowMs - this.#lookedMs - LOOK_MS
    this.#lookedMs = nowMs
    for (const [pid, beforeMs] of this.#waitedMs) {
      const waited = waitedMs(pid)
      if (waited === undefined) continue
      this.#waitedMs.set(pid, waited)
      heldMs = Math.max(heldMs, waited - beforeMs)
    }
    this.#record.add(heldMs, nowMs)
  }
}

/** Undefined when the process has ended, or the kernel does not tell. */
function waitedMs(pid: number): number | undefined {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
    return Number(waitedNs) / 1e6
  } catch {
    return undefined
  }
}
