import { startPrivateDht } from '@pearcast/swarm'
import type { SwarmReceiver } from '../endpoints/swarm-receiver.ts'
import { cpuUs, rssKiB } from '../figures/proc-stat.ts'
import { percentile, row, round, type Row } from '../figures/row.ts'
import { Endpoint } from '../process/calls.ts'
import { startStation } from '../process/pearcast.ts'
import { OTHERS_CORE, pinSelf } from '../process/pinned.ts'

/**
 * n listeners, their DHT nodes up and running, press play at once: until each has its first frame, and what that costs the
 * station. All of them share one core with the DHT, so that the times are upper bounds.
 */
export async function joinStorm(counts: readonly number[]): Promise<Row[]> {
  pinSelf()
  const rows: Row[] = []
  for (const count of counts) {
    const dht = await startPrivateDht()
    const station = await startStation(dht, { args: ['--max-listeners', String(count + 100)] })
    const { pid } = station.program
    const receiver = new Endpoint<SwarmReceiver>(OTHERS_CORE, 'swarm-receiver')
    await receiver.call.use(dht.bootstrap, station.link)
    // One alone, so that the code is compiled and loaded.
    await receiver.call.join(1, 1)
    const emptyKiB = rssKiB(pid)
    const beforeUs = cpuUs(pid)
    const tookMs = await receiver.call.join(count + 1, count)
    const cpuMs = (cpuUs(pid) - beforeUs) / 1000
    const at = (share: number): number => Math.round(percentile(tookMs, share))
    rows.push(
      row('join-storm', 'swarm', count, {
        rssPerListenerKiB: round((rssKiB(pid) - emptyKiB) / count, 1),
        firstFrameMsP50: at(0.5),
        firstFrameMsP95: at(0.95),
        firstFrameMsMax: at(1),
        cpuMsPerJoin: round(cpuMs / count, 2),
      }),
    )
    await Promise.all([receiver.close(), station.program.close(), dht.close()])
  }
  return rows
}
