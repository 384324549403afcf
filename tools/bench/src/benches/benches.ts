import type { Choice } from '../arguments.ts'
import { CARRIERS } from '../carriers/carriers.ts'
import type { Row } from '../figures/row.ts'
import { codec } from './codec.ts'
import { crypto } from './crypto.ts'
import { fanout } from './fanout.ts'
import { firstSound } from './first-sound.ts'
import { footprint, sizes } from './footprint.ts'
import { fsm } from './fsm.ts'
import { joinStorm } from './join-storm.ts'
import { labRows } from './lab-report.ts'
import { relayHop } from './relay-hop.ts'
import { setup } from './setup.ts'
import { soak } from './soak.ts'

interface BenchOptions {
  /** As small as still shows that it works. */
  isQuick: boolean
  counts: readonly number[] | undefined
  paths: readonly string[] | undefined
  seconds: number | undefined
  /** Told of each row as it is measured, by a bench that takes minutes. */
  onRow: (row: Row) => void
}

interface Bench {
  takes: readonly Choice[]
  run(options: BenchOptions): Promise<Row[]>
}

const COUNTS = [100, 300, 1000]
const QUICK_ROUNDS = 2

/** What each takes, and what it does; by the name that `nx run bench:NAME` has. */
export const BENCHES: ReadonlyMap<string, Bench> = new Map<string, Bench>([
  ['setup', { takes: [], run: () => setup() }],
  [
    'fanout',
    {
      takes: ['n', 'paths', 'seconds'],
      run: ({ counts = COUNTS, isQuick, onRow, paths = CARRIERS.map(({ name }) => name), seconds = 6 }) =>
        fanout(
          isQuick ? { counts: [3], paths: ['swarm'], seconds: 1, settleMs: 200 } : { counts, paths, seconds },
          onRow,
        ),
    },
  ],
  [
    'relay-hop',
    {
      takes: ['n', 'seconds'],
      run: ({ counts = [0, 100], isQuick, seconds = 10 }) =>
        isQuick ? relayHop([2], 2) : relayHop(counts, seconds),
    },
  ],
  ['join-storm', { takes: ['n'], run: ({ counts = COUNTS, isQuick }) => joinStorm(isQuick ? [3] : counts) }],
  ['codec', { takes: [], run: async ({ isQuick }) => codec(isQuick ? QUICK_ROUNDS : undefined) }],
  ['crypto', { takes: [], run: async ({ isQuick }) => crypto(isQuick ? QUICK_ROUNDS : undefined) }],
  ['fsm', { takes: [], run: async ({ isQuick }) => fsm(isQuick ? QUICK_ROUNDS : undefined) }],
  [
    'soak',
    {
      takes: ['n'],
      run: ({ counts: [count = 50] = [], isQuick }) => (isQuick ? soak(2, 3) : soak(count, 12)),
    },
  ],
  [
    'first-sound',
    {
      takes: ['n', 'paths'],
      run: async ({ counts: [runs = 10] = [], isQuick, paths: [report] = [] }) =>
        report === undefined ? firstSound(isQuick ? 1 : runs) : labRows(report),
    },
  ],
  [
    'footprint',
    {
      takes: ['n', 'seconds'],
      run: ({ counts: [runs = 10] = [], isQuick, seconds = 10 }) =>
        isQuick ? footprint(1, 1) : footprint(runs, seconds).then((rows) => [...rows, ...sizes()]),
    },
  ],
])
