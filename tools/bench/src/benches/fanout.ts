import { UsageError } from '../arguments.ts'
import { CARRIERS } from '../carriers/carriers.ts'
import type { Carrier, CarrierKind } from '../carriers/carrier.ts'
import { openDgram } from '../carriers/ours.ts'
import { tellMissing } from '../figures/missing.ts'
import { type Row, type Window, windowRow } from '../figures/row.ts'
import { cpuUs, fullBuffers, rssKiB } from '../figures/proc-stat.ts'
import { isInstalled, pause, pinSelf } from '../process/pinned.ts'

export interface FanoutOptions {
  paths: readonly string[]
  counts: readonly number[]
  seconds: number
  /** After the last has joined: what joining left behind is collected and compiled. Default 2000. */
  settleMs?: number
}

const SETTLE_MS = 2000
/** Of each sender, at each number of receivers. */
const TURNS = 4
const SWITCH_MS = 600
/** After it was stopped: what a server missed meanwhile has gone out, or is left out, before it counts. */
const RESUME_MS = 1500

/**
 * CPU, memory and loss of one sending process with n receivers, for each path. Every path takes turns with the plain `dgram`
 * sender that has as many receivers: whatever else the machine does meets both. Who has no turn is stopped.
 */
export async function fanout(
  { counts, paths, ...timing }: FanoutOptions,
  onRow: (row: Row) => void,
): Promise<Row[]> {
  const kinds = paths.map((path) => kindOf(path, counts))
  pinSelf()
  const rows: Row[] = []
  for (const kind of kinds) {
    const missing = kind.needs.filter((program) => !isInstalled(program))
    if (missing.length > 0) {
      tellMissing(kind.name, `${missing.join(', ')} not installed; \`nx run bench:setup\` does`)
      continue
    }
    try {
      rows.push(...(await beside(kind, counts, timing, onRow)))
    } catch (error) {
      // The rows of the other paths are worth having.
      console.error(`FAILED ${kind.name}:`, error)
      process.exitCode = 1
    }
  }
  return rows
}

/** Before anything is measured: minutes would be lost. */
function kindOf(path: string, counts: readonly number[]): CarrierKind {
  const kind = CARRIERS.find(({ name }) => name === path)
  if (kind === undefined)
    throw new UsageError(
      `there is no path "${path}": there are ${CARRIERS.map(({ name }) => name).join(', ')}`,
    )
  if (counts.every((count) => count > kind.most))
    throw new UsageError(
      `${path} takes ${kind.most} receivers at most, and --n asks for ${counts.join(', ')}`,
    )
  return kind
}

type Timing = Pick<FanoutOptions, 'seconds' | 'settleMs'>

async function beside(
  kind: CarrierKind,
  counts: readonly number[],
  timing: Timing,
  onRow: (row: Row) => void,
): Promise<Row[]> {
  const wanted = counts.filter((count) => count <= kind.most)
  const most = Math.max(...wanted)
  const plain = await openDgram()
  const carrier = kind.name === 'dgram' ? plain : await kind.open(most).catch(closing(plain))
  try {
    await pause((timing.settleMs ?? SETTLE_MS) / 2)
    const emptyRssKiB = rssKiB(carrier.pid)
    const rows: Row[] = []
    for (const count of wanted) {
      const turns = await takeTurns(carrier, plain, count, timing)
      const row = rowOf(kind.name, count, { ...turns, emptyRssKiB })
      rows.push(row)
      onRow(row)
    }
    return rows
  } finally {
    await carrier.close()
    if (carrier !== plain) await plain.close()
  }
}

/** Whoever could not be opened leaves nothing behind. */
function closing(plain: Carrier): (error: unknown) => Promise<never> {
  return async (error) => {
    await plain.close()
    throw error
  }
}

interface Turns extends Slice {
  plain: Slice
}

async function takeTurns(carrier: Carrier, plain: Carrier, count: number, timing: Timing): Promise<Turns> {
  const { seconds, settleMs = SETTLE_MS } = timing
  await carrier.join(count)
  // Here, and not in its first turn: whoever is stopped for seconds is given up by those who are connected with it.
  if (carrier !== plain) {
    await plain.join(count)
    await plain.rest?.()
  }
  await pause(settleMs)
  const [mine, yardstick] = [new Sum(), new Sum()]
  for (let turn = 0; turn < TURNS; turn++) {
    mine.add(await watch(carrier, seconds / TURNS))
    if (carrier === plain) continue
    await carrier.hold?.(true)
    process.kill(carrier.pid, 'SIGSTOP')
    try {
      await plain.join(count)
      await pause(SWITCH_MS)
      yardstick.add(await watch(plain, seconds / TURNS))
      await plain.rest?.()
    } finally {
      process.kill(carrier.pid, 'SIGCONT')
    }
    await carrier.hold?.(false)
    await pause(RESUME_MS)
  }
  return { ...mine.slice, plain: carrier === plain ? mine.slice : yardstick.slice }
}

function rowOf(path: string, count: number, { plain, ...window }: Turns & Pick<Window, 'emptyRssKiB'>): Row {
  const dgramUs = plain.cpuUs / plain.sent
  const us = window.cpuUs / window.sent
  console.error(`${path}, ${count}: ${us.toFixed(1)} us a packet, dgram ${dgramUs.toFixed(1)}`)
  return windowRow('fanout', path, count, window, dgramUs)
}

/** What one turn showed. */
type Slice = Omit<Window, 'emptyRssKiB'>

class Sum {
  readonly slice: Slice = { cpuUs: 0, sent: 0, received: 0, rssKiB: 0, overflowed: 0 }

  add({ cpuUs: us, overflowed, received, rssKiB: heldKiB, sent }: Slice): void {
    this.slice.cpuUs += us
    this.slice.sent += sent
    this.slice.received += received
    this.slice.overflowed += overflowed
    this.slice.rssKiB = heldKiB
  }
}

async function watch(carrier: Carrier, seconds: number): Promise<Slice> {
  await carrier.begin()
  const [beforeUs, fullBefore] = [cpuUs(carrier.pid), fullBuffers()]
  await pause(seconds * 1000)
  const usedUs = cpuUs(carrier.pid) - beforeUs
  const { expected, received, silent } = await carrier.end()
  if (silent > 0) console.error(`${silent} received nothing`)
  const overflowed = fullBuffers() - fullBefore
  return { cpuUs: usedUs, sent: expected, received, overflowed, rssKiB: rssKiB(carrier.pid) }
}
