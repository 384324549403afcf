import { parseArgs } from 'node:util'
import { BENCHES } from './benches/benches.ts'
import { runEndpoint } from './endpoints/endpoint.ts'
import { table } from './figures/table.ts'

const USAGE = `usage: main.ts BENCH [--quick] [--n 100,300,1000] [--path swarm,janus] [--seconds 6]
       main.ts first-sound --path FOLDER   of a report of the NAT lab
benches: ${[...BENCHES.keys()].join(', ')}`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    n: { type: 'string' },
    path: { type: 'string' },
    seconds: { type: 'string' },
  },
})
const [name = '', ...rest] = positionals

if (name === 'endpoint') await runEndpoint(rest[0] ?? '')
else await runBenches()

async function runBenches(): Promise<void> {
  const wanted = name === 'all' ? [...BENCHES.keys()].filter((each) => each !== 'setup') : [name]
  for (const each of wanted) {
    const bench = BENCHES.get(each)
    if (bench === undefined) {
      console.error(USAGE)
      return process.exit(2)
    }
    const rows = await bench({
      isQuick: values.quick,
      counts: list(values.n)?.map(Number),
      paths: list(values.path),
      seconds: values.seconds === undefined ? undefined : Number(values.seconds),
    })
    if (rows.length > 0) console.log(`\n${each}\n${table(rows)}\n`)
    for (const row of rows) console.log(JSON.stringify(row))
  }
  // Sockets of the benches' own are still open.
  process.exit()
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(',')
}
