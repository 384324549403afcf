import { forkRandom } from '../../random.ts'
import { drawPerson } from '../population.ts'
import { World, type WorldOptions } from '../world.ts'

/** A station with some listeners who came within five seconds, fourteen seconds later. */
export function grown(seed: number, listeners: number, media: NonNullable<WorldOptions['media']>): World {
  const world = new World({
    seed,
    media,
    broadcaster: { nat: 'port-restricted', region: 0, accessMs: 5, slots: 4 },
  })
  const [people, times] = [forkRandom(world.random), forkRandom(world.random)]
  for (let i = 0; i < listeners; i++) {
    const person = drawPerson(people, { relays: 0.5, slots: { least: 2, most: 5 } })
    world.agenda.at(1000 + times() * 5000, () => world.join(person))
  }
  world.agenda.runFor(20_000)
  world.catchUp()
  return world
}
