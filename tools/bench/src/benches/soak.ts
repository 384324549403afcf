import { join } from 'node:path'
import { startPrivateDht } from '@pearcast/swarm'
import type { SwarmReceiver } from '../endpoints/swarm-receiver.ts'
import { openFiles } from '../figures/proc-stat.ts'
import { percentile, row, round, type Row } from '../figures/row.ts'
import { Endpoint } from '../process/calls.ts'
import { type Pearcast, ROOT, startStation } from '../process/pearcast.ts'
import { OTHERS_CORE, pause, pinSelf } from '../process/pinned.ts'

const HEAP_PROBE = ['--expose-gc', '--import', join(ROOT, 'tests', 'scripts', 'soak', 'heap-probe.ts')]
/** HyperDHT keeps the sockets and handshakes of those who left for some seconds. */
const AFTERMATH_MS = 4000

interface Sample {
  heapMiB: number
  rssMiB: number
  files: number
}

/** The audience comes and goes so many times: what the station holds afterwards, its garbage collected. */
export async function soak(count: number, cycles: number): Promise<Row[]> {
  pinSelf()
  const dht = await startPrivateDht()
  const station = await startStation(dht, { node: HEAP_PROBE })
  const receiver = new Endpoint<SwarmReceiver>(OTHERS_CORE, 'swarm-receiver')
  await receiver.call.use(dht.bootstrap, station.link)
  const samples: Sample[] = []
  for (let cycle = 0; cycle < cycles; cycle++) {
    await receiver.call.join(count, count)
    await receiver.call.leave()
    await pause(AFTERMATH_MS)
    samples.push(await sample(station.program))
  }
  await Promise.all([receiver.close(), station.program.close(), dht.close()])
  const third = Math.max(1, Math.floor(cycles / 3))
  const parts = { 'first third': samples.slice(0, third), 'last third': samples.slice(-third) }
  return Object.entries(parts).map(([path, of]) =>
    row('soak', path, count * cycles, {
      heapMiB: median(of.map(({ heapMiB }) => heapMiB)),
      rssMiB: median(of.map(({ rssMiB }) => rssMiB)),
      openFiles: median(of.map(({ files }) => files)),
    }),
  )
}

async function sample(program: Pearcast): Promise<Sample> {
  const from = program.events.length
  process.kill(program.pid, 'SIGUSR2')
  const heap = await program.until('heap', from)
  const mib = (field: string): number => Number(heap[field]) / 2 ** 20
  return { heapMiB: mib('heapUsed'), rssMiB: mib('rss'), files: openFiles(program.pid) }
}

function median(values: readonly number[]): number {
  return round(percentile(values, 0.5), 1)
}
