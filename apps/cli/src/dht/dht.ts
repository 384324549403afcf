import { formatAddress, startPrivateDht } from '@pearcast/swarm'
import { EXIT } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { count } from '../terminal/text.ts'
import type { DhtOptions } from './dht-options.ts'

/** `pearcast dht`: a private DHT until someone asks to stop. @returns the exit code */
export async function dht(options: DhtOptions, { output, stop }: Session): Promise<number> {
  const { nodes, port } = options
  const network = await startPrivateDht({ nodes, ...(port === undefined ? {} : { port }) })
  try {
    const bootstrap = network.bootstrap.map(formatAddress).join(',')
    output.event({ event: 'dht-ready', bootstrap, nodes })
    const { bold, cyan, dim } = output.colors
    output.line('info', bold(`A private DHT of ${count(nodes, 'node')} runs. Start the others with:`))
    output.line('info', `\n  ${bold(cyan(`--bootstrap ${bootstrap}`))}\n`)
    output.line('info', dim(`or once for all:  export PEARCAST_BOOTSTRAP=${bootstrap}`))
    output.line('info', dim('It ends with Ctrl-C.'))
    await stop.requested()
  } finally {
    await network.close()
  }
  output.event({ event: 'ended', reason: 'stopped' })
  return EXIT.ok
}
