import { type Arguments, argumentsOf, refuseOthers, UsageError } from './arguments.ts'
import { BENCHES } from './benches/benches.ts'
import { CARRIERS } from './carriers/carriers.ts'
import { runEndpoint } from './endpoints/endpoint.ts'
import type { Row } from './figures/row.ts'
import { table } from './figures/table.ts'

const NAMES = [...BENCHES.keys()]
const PATHS = CARRIERS.map(({ name }) => name).join(', ')
const MOST = CARRIERS.filter(({ most }) => most < Infinity)
  .map(({ most, name }) => `${name} ${most}`)
  .join(', ')

const HELP = `usage: npx nx run bench:BENCH [--n 100,300,1000] [--path swarm,janus] [--seconds 6] [--quick]

  --n        how many receivers, peers or runs
  --path     of fanout, what carries the datagrams; of first-sound, the folder of a report of the NAT lab
             ${PATHS}
             at most: ${MOST}
  --seconds  each measurement takes so long, in four turns with pauses between
  --quick    as little as still shows that it works

benches: ${NAMES.join(', ')}, and all of them but setup: all
examples:
  npx nx run bench:setup
  npx nx run bench:fanout --path sealed,swarm,icecast --n 300
`
/** Of a command that cannot be run as it was written. */
const USAGE = 2

const [first, which = ''] = process.argv.slice(2)
// A process of a bench's own.
if (first === 'endpoint') await runEndpoint(which)
else await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  try {
    const asked = argumentsOf(args, NAMES)
    if (asked === undefined) console.log(HELP)
    else await run(asked)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`error: ${error.message}; \`npx node tools/bench/src/main.ts --help\` tells more`)
    process.exit(USAGE)
  }
  // Sockets of the benches' own are still open.
  process.exit()
}

async function run(asked: Arguments): Promise<void> {
  const { name, n, paths, quick, seconds } = asked
  const wanted = name === 'all' ? NAMES.filter((each) => each !== 'setup') : [name]
  for (const each of wanted) {
    const bench = BENCHES.get(each)
    if (bench === undefined) continue
    if (name !== 'all') refuseOthers(asked, bench.takes)
    const measured: Row[] = []
    const tell = (rows: readonly Row[]): void => {
      if (rows.length > 0) console.log(`\n${each}\n${table(rows)}\n`)
      for (const row of rows) console.log(JSON.stringify(row))
    }
    // Ctrl-C in the tenth minute: what has been measured is worth having.
    const tellMeasured = (): void => tell(measured)
    process.once('exit', tellMeasured)
    const onRow = (row: Row): void => void measured.push(row)
    const rows = await bench.run({ isQuick: quick, counts: n, paths, seconds, onRow })
    process.off('exit', tellMeasured)
    tell(rows)
  }
}
