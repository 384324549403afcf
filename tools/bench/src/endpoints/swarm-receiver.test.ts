import { startPrivateDht } from '@pearcast/swarm'
import { expect, onTestFinished, test } from 'vitest'
import { startStation } from '../process/pearcast.ts'
import { SwarmReceiver } from './swarm-receiver.ts'

test('a listener that is not let in says what it was told', { timeout: 60_000 }, async () => {
  const dht = await startPrivateDht()
  const station = await startStation(dht, { args: ['--max-listeners', '1'] })
  const receiver = new SwarmReceiver()
  onTestFinished(async () => {
    await receiver.leave()
    await station.program.close()
    await dht.close()
  })
  receiver.use(dht.bootstrap, station.link)
  expect(await receiver.join(1, 1)).toHaveLength(1)
  await expect(receiver.join(2, 1)).rejects.toThrow('listener 2: refused: full')
})
