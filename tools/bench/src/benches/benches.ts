import { CARRIERS } from '../carriers/carriers.ts'
import type { Row } from '../figures/row.ts'
import { fanout } from './fanout.ts'

export interface BenchOptions {
  /** As small as still shows that it works. */
  isQuick: boolean
  counts: readonly number[] | undefined
  paths: readonly string[] | undefined
  seconds: number | undefined
}

export type Bench = (options: BenchOptions) => Promise<Row[]>

const COUNTS = [100, 300, 1000]

export const BENCHES: ReadonlyMap<string, Bench> = new Map<string, Bench>([
  [
    'fanout',
    ({ counts = COUNTS, isQuick, paths = CARRIERS.map(({ name }) => name), seconds = 6 }) =>
      fanout(isQuick ? { counts: [3], paths: ['swarm'], seconds: 1 } : { counts, paths, seconds }),
  ],
])
