import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { shrink } from '../chaos/shrink.ts'
import { NetsimError } from '../errors.ts'
import { playVirtualChaos, type VirtualChaos, virtualChaosOf } from '../virtual/chaos.ts'

export interface VirtualChaosOptions {
  seed: number
  runs: number
  shrink: boolean
  /** Where what failed is kept. */
  keep: string
}

/** So many seeds are told of one by one. */
const TOLD = 20
/** A play takes a fraction of a second: enough of them to leave nothing out that can be. */
const MOST_PLAYS = 400

/** Plays seeds one after the other in virtual time; what fails is shrunk and kept. Resolves with the exit code. */
export async function virtualChaos({ keep, runs, seed, ...options }: VirtualChaosOptions): Promise<number> {
  let failed = 0
  for (let i = 0; i < runs; i++) {
    const chaos = virtualChaosOf(seed + i)
    const { complaints, events, hash } = playVirtualChaos(chaos)
    const isWell = complaints.length === 0
    if (!isWell || runs <= TOLD) {
      const befell = `${chaos.listeners} listeners, ${chaos.events.length} troubles, hash ${hash} of ${events} events`
      process.stdout.write(`seed ${chaos.seed}: ${befell}: ${complaints[0] ?? 'everybody hears again'}\n`)
    }
    if (isWell) continue
    failed++
    await keepFewest(chaos, options.shrink, complaints, resolve(keep))
  }
  process.stdout.write(`${runs === 1 ? `seed ${seed}` : `${runs} seeds from ${seed}`}: ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

async function keepFewest(
  chaos: VirtualChaos,
  shrinks: boolean,
  complaints: readonly string[],
  folder: string,
): Promise<void> {
  const fails = (events: VirtualChaos['events']): Promise<boolean> =>
    Promise.resolve(playVirtualChaos({ ...chaos, events }).complaints.length > 0)
  const events = shrinks ? await shrink(chaos.events, fails, MOST_PLAYS) : chaos.events
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw NetsimError.folderUnusable(folder, error)
  })
  const path = join(folder, `virtual-${chaos.seed}.json`)
  await writeFile(path, `${JSON.stringify({ note: complaints[0], ...chaos, events }, undefined, 2)}\n`)
  process.stdout.write(`    ${events.length} of ${chaos.events.length} events, kept as ${path}\n`)
}
