import { startPrivateDht } from '@pearcast/swarm'
import { percentile, row, type Row } from '../figures/row.ts'
import { bootstrapOf, startPearcast, startStation } from '../process/pearcast.ts'
import { OTHERS_CORE, pinSelf } from '../process/pinned.ts'

/**
 * Where the time to the first sound goes, by the events of the real listener on one machine: its code is loaded, the station
 * is found and proves itself, it accepts, the first frame is played. The lab of NATs has the same for networks.
 */
export async function firstSound(runs: number): Promise<Row[]> {
  pinSelf()
  const dht = await startPrivateDht()
  const station = await startStation(dht)
  const steps: Record<string, number[]> = {
    loadMs: [],
    connectMs: [],
    acceptedMs: [],
    playedMs: [],
    totalMs: [],
  }
  for (let run = 0; run < runs; run++) {
    const sinceMs = Date.now()
    const listener = startPearcast(OTHERS_CORE, [
      'listen',
      station.link,
      '--output',
      'null',
      ...bootstrapOf(dht),
    ])
    const names = ['searching', 'connected', 'station', 'first-audio']
    const events = await Promise.all(names.map((name) => listener.until(name)))
    const [searching = 0, connected = 0, accepted = 0, played = 0] = events.map(({ t }) => t)
    steps['loadMs']?.push(searching - sinceMs)
    steps['connectMs']?.push(connected - searching)
    steps['acceptedMs']?.push(accepted - connected)
    steps['playedMs']?.push(played - accepted)
    steps['totalMs']?.push(played - sinceMs)
    await listener.close()
  }
  await Promise.all([station.program.close(), dht.close()])
  return [0.5, 0.95].map((share) => {
    const figures = Object.entries(steps).map(([name, took]) => [name, percentile(took, share)])
    return row('first-sound', `one machine, p${share * 100}`, runs, Object.fromEntries(figures))
  })
}
