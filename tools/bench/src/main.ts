import { type Arguments, argumentsOf, UsageError } from './arguments.ts'
import { BENCHES } from './benches/benches.ts'
import { runEndpoint } from './endpoints/endpoint.ts'
import { table } from './figures/table.ts'

const NAMES = [...BENCHES.keys()]

const HELP = `usage: npx nx run bench:BENCH [--n 100,300,1000] [--path swarm,janus] [--seconds 6] [--quick]

  --n        how many receivers, peers or runs
  --path     of fanout, what carries the datagrams; of first-sound, the folder of a report of the NAT lab
  --seconds  each measurement takes so long
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
    console.error(`error: ${error.message}; --help tells more`)
    process.exit(USAGE)
  }
  // Sockets of the benches' own are still open.
  process.exit()
}

async function run({ name, n, paths, quick, seconds }: Arguments): Promise<void> {
  const wanted = name === 'all' ? NAMES.filter((each) => each !== 'setup') : [name]
  for (const each of wanted) {
    const rows = (await BENCHES.get(each)?.({ isQuick: quick, counts: n, paths, seconds })) ?? []
    if (rows.length > 0) console.log(`\n${each}\n${table(rows)}\n`)
    for (const row of rows) console.log(JSON.stringify(row))
  }
}
