import { startPrivateDht } from '@pearcast/swarm'
import { percentile, row, type Row } from '../figures/row.ts'
import { bootstrapOf, startPearcast, startStation } from '../process/pearcast.ts'
import { OTHERS_CORE, pause, pinSelf } from '../process/pinned.ts'
import { stepsOf } from './lab-report.ts'

/**
 * Where the time to the first sound goes on one machine, by the events of the real listener; `loadMs` is what passes before
 * its arguments are parsed. `labRows` has the same for pairs of NATs.
 */
export async function firstSound(runs: number): Promise<Row[]> {
  pinSelf()
  const dht = await startPrivateDht()
  const station = await startStation(dht)
  const took = new Map<string, number[]>()
  for (let run = 0; run < runs; run++) {
    const spawnedMs = Date.now()
    const command = ['listen', station.link, '--output', 'null', '--path', 'swarm', ...bootstrapOf(dht)]
    const listener = startPearcast(OTHERS_CORE, command)
    const { t } = await listener.until('first-audio')
    // The event that tells the station's name may come behind the first sound.
    await pause(200)
    const steps = stepsOf(listener.events.map((event) => JSON.stringify(event)).join('\n'))
    if (steps !== undefined) {
      const figures = { loadMs: t - spawnedMs - steps.totalMs, ...steps }
      for (const [name, ms] of Object.entries(figures)) took.set(name, [...(took.get(name) ?? []), ms])
    }
    await listener.close()
  }
  await Promise.all([station.program.close(), dht.close()])
  return [0.5, 0.95].map((share) => {
    const figures = [...took].map(([name, all]) => [name, percentile(all, share)])
    return row('first-sound', `one machine, p${share * 100}`, runs, Object.fromEntries(figures))
  })
}
