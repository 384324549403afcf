import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UsageError } from '../arguments.ts'
import { percentile, row, type Row } from '../figures/row.ts'

interface Play {
  name: string
  heard?: object
  folder: string
  /** Whose events are in `<folder>/<role>.jsonl`. */
  role: string
}

/** What a listener tells, as far as the way to its first sound goes; `ms` counts from its arguments being parsed. */
interface Told {
  event?: string
  t: number
  ms?: number
}

/** ms that each step took. */
interface Steps {
  /** Sockets, and the DHT answers. */
  networkMs: number
  /** The record or topic is found, a dial is answered, a hole punched, both ends proven. */
  connectMs: number
  /** The station takes the listener in. */
  acceptedMs: number
  /** The first frame arrives, is verified, decoded and played out. */
  playedMs: number
  totalMs: number
}

/** The steps to the first sound in each pair of NATs that the lab played, `npx nx run netsim:matrix`. Throws a `UsageError`. */
export function labRows(folder: string): Row[] {
  const byPair = new Map<string, Steps[]>()
  for (const { folder: kept, heard, name, role } of playsIn(folder)) {
    if (heard === undefined || heard === null) continue
    const told = readFileSync(join(folder, basename(kept), `${role}.jsonl`), 'utf8')
    const steps = stepsOf(told)
    if (steps === undefined) continue
    const path = name.replace(/^matrix\//, '')
    byPair.set(path, [...(byPair.get(path) ?? []), steps])
  }
  return [...byPair].map(([path, all]) => row('first-sound', path, all.length, medians(all)))
}

function playsIn(folder: string): Play[] {
  const file = join(folder, 'report.json')
  try {
    const { results }: { results: Play[] } = JSON.parse(readFileSync(file, 'utf8'))
    return results
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`--path takes the folder of a lab's report (${why})`)
  }
}

/** Undefined when nothing was heard. */
export function stepsOf(lines: string): Steps | undefined {
  const told: Told[] = []
  for (const line of lines.split('\n')) if (line.startsWith('{')) told.push(JSON.parse(line))
  const first = (name: string): Told | undefined => told.find(({ event }) => event === name)
  const searching = first('searching')
  const [connected, station, audio] = [first('connected'), first('station'), first('first-audio')]
  if (!searching || !connected || !station || audio?.ms === undefined) return undefined
  const startT = audio.t - audio.ms
  // The name of the station may be told behind the first sound.
  const acceptedT = Math.min(station.t, audio.t)
  return {
    networkMs: searching.t - startT,
    connectMs: connected.t - searching.t,
    acceptedMs: acceptedT - connected.t,
    playedMs: audio.t - acceptedT,
    totalMs: audio.ms,
  }
}

function medians(all: readonly Steps[]): Partial<Row> {
  const median = (of: (steps: Steps) => number): number => percentile(all.map(of), 0.5)
  return {
    networkMs: median(({ networkMs }) => networkMs),
    connectMs: median(({ connectMs }) => connectMs),
    acceptedMs: median(({ acceptedMs }) => acceptedMs),
    playedMs: median(({ playedMs }) => playedMs),
    totalMs: median(({ totalMs }) => totalMs),
  }
}
