import { CARRIERS } from '../carriers/carriers.ts'
import type { Carrier, CarrierKind } from '../carriers/carrier.ts'
import { type Row, type Window, windowRow } from '../figures/row.ts'
import { cpuUs, rssKiB } from '../figures/proc-stat.ts'
import { isInstalled, pause, pinSelf } from '../process/pinned.ts'

export interface FanoutOptions {
  paths: readonly string[]
  counts: readonly number[]
  seconds: number
  /** After the last has joined: what joining left behind is collected and compiled. Default 2000. */
  settleMs?: number
}

const SETTLE_MS = 2000

/**
 * CPU, memory and loss of one sending process with n receivers, for each path. Every path is preceded by the plain `dgram`
 * sender with as many receivers, so that both meet the same machine.
 */
export async function fanout({ counts, paths, ...timing }: FanoutOptions): Promise<Row[]> {
  pinSelf()
  const rows: Row[] = []
  for (const path of paths) {
    const kind = CARRIERS.find(({ name }) => name === path)
    if (kind === undefined)
      throw new Error(`no path ${path}: there are ${CARRIERS.map(({ name }) => name).join(', ')}`)
    const missing = kind.needs.filter((program) => !isInstalled(program))
    if (missing.length > 0) {
      console.error(`MISSING ${path}: ${missing.join(', ')} not installed; \`nx run bench:setup\` does`)
      process.exitCode = process.env['CI'] === 'true' ? 1 : process.exitCode
      continue
    }
    try {
      rows.push(...(await beside(kind, counts, timing)))
    } catch (error) {
      // The rows of the other paths are worth having.
      console.error(`FAILED ${path}:`, error)
      process.exitCode = 1
    }
  }
  return rows
}

type Timing = Pick<FanoutOptions, 'seconds' | 'settleMs'>

async function beside(kind: CarrierKind, counts: readonly number[], timing: Timing): Promise<Row[]> {
  const wanted = counts.filter((count) => count <= kind.most)
  const plain = await measure('dgram', wanted, timing)
  const windows = kind.name === 'dgram' ? plain : await measure(kind.name, wanted, timing)
  return windows.map((window, i) => {
    const { cpuUs: dgramUs, sent } = plain[i] ?? { cpuUs: Number.NaN, sent: 1 }
    return windowRow('fanout', kind.name, wanted[i] ?? 0, window, dgramUs / sent)
  })
}

async function measure(name: string, counts: readonly number[], timing: Timing): Promise<Window[]> {
  const { seconds, settleMs = SETTLE_MS } = timing
  const kind = CARRIERS.find((each) => each.name === name)
  if (kind === undefined || counts.length === 0) return []
  const carrier = await kind.open(Math.max(...counts))
  try {
    await pause(settleMs / 2)
    const emptyRssKiB = rssKiB(carrier.pid)
    const windows: Window[] = []
    for (const count of counts) {
      await carrier.join(count)
      await pause(settleMs)
      const window = { ...(await watch(carrier, seconds)), emptyRssKiB }
      console.error(`${name}, ${count}: ${(window.cpuUs / window.sent).toFixed(1)} us a packet`)
      windows.push(window)
    }
    return windows
  } finally {
    await carrier.close()
  }
}

async function watch(carrier: Carrier, seconds: number): Promise<Omit<Window, 'emptyRssKiB'>> {
  await carrier.begin()
  const beforeUs = cpuUs(carrier.pid)
  await pause(seconds * 1000)
  const usedUs = cpuUs(carrier.pid) - beforeUs
  const { expected, received, silent } = await carrier.end()
  if (silent > 0) console.error(`${silent} received nothing`)
  return { cpuUs: usedUs, sent: expected, received, rssKiB: rssKiB(carrier.pid) }
}
