import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor, Scenario, Step } from '../scenarios/scenario.ts'
import type { Cast } from './cast.ts'
import type { PipeSource } from './pipe-source.ts'
import type { Stage } from './stage.ts'
import type { Taken } from './timeline.ts'

/** What steps act upon. */
export interface Scene {
  stage: Stage
  cast: Cast
  source: PipeSource | undefined
}

/** One after the other, each after its pause. */
export async function takeSteps({ steps = [] }: Scenario, scene: Scene): Promise<Taken[]> {
  const taken: Taken[] = []
  for (const step of steps) {
    await sleep(step.afterMs)
    taken.push({ step, t: Date.now() })
    await take(step, scene)
  }
  return taken
}

async function take(step: Step, { stage, cast, source }: Scene): Promise<void> {
  if ('fault' in step) await stage.lab.fault(step.fault)
  else if ('restart' in step) await cast.restart(step.restart)
  else if ('stallMs' in step) source?.stall(step.stallMs)
  else if ('signal' in step) cast.signal(roleOf(step.role, cast), step.signal)
  else await stage.loseDht()
}

function roleOf(role: Actor | 'parent', cast: Cast): Actor {
  if (role !== 'parent') return role
  const key = cast.of('listener')?.last('parent')?.['key']
  const relay = cast.relayOf(key)
  if (relay === undefined) throw new Error(`the listener has no relay as its parent: it says ${String(key)}`)
  return relay
}
