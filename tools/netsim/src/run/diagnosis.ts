import { setTimeout as sleep } from 'node:timers/promises'
import type { Expectation } from '../scenarios/scenario.ts'
import type { Stage } from './stage.ts'

/** What `pearcast doctor` said of a place, and how it ended. */
export interface Diagnosis {
  /** Its last event; undefined when there was none. */
  says: Readonly<Record<string, unknown>> | undefined
  exit: number | string | undefined
}

/** Longer than it may take, on a computer that is slow to start it. */
const PATIENCE_MS = 40_000

/** Play the doctor in the broadcaster's place; nothing is broadcast. */
export async function observeDoctor(stage: Stage): Promise<{
  heard: undefined
  waitedMs: number
  errors: []
  broken: undefined
  diagnosis: Diagnosis
}> {
  const startedMs = performance.now()
  const program = stage.run('broadcaster', ['doctor'])
  await Promise.race([program.exited, sleep(PATIENCE_MS, undefined, { ref: false })])
  await program.stop()
  const waitedMs = Math.round(performance.now() - startedMs)
  const diagnosis = { says: program.last('diagnosis'), exit: program.exit }
  return { heard: undefined, waitedMs, errors: [], broken: undefined, diagnosis }
}

/** What is wrong with a diagnosis; empty when it says at least what is expected. */
export function judgeDiagnosis(
  expect: Extract<Expectation, { verdict: 'diagnosis' }>,
  diagnosis: Diagnosis | undefined,
): string[] {
  if (diagnosis?.says === undefined) return [`the doctor said nothing, and ended with ${diagnosis?.exit}`]
  const { exit, says } = diagnosis
  const tookMs = Number(says['ms'])
  return [
    ...differences('', expect.says, says),
    ...(exit === expect.exit ? [] : [`the doctor ended with ${exit}, not ${expect.exit}`]),
    ...(tookMs <= expect.withinMs ? [] : [`the doctor took ${tookMs} ms, not ${expect.withinMs}`]),
  ]
}

/** Fields that are not as wanted; those that nobody asked for are none. */
function differences(path: string, wanted: unknown, got: unknown): string[] {
  if (typeof wanted !== 'object' || wanted === null)
    return Object.is(wanted, got) ? [] : [`${path} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`]
  return Object.entries(wanted).flatMap(([name, value]) =>
    differences(path === '' ? name : `${path}.${name}`, value, Object(got)[name]),
  )
}
