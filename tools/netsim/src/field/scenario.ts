import { predict } from '../oracle/oracle.ts'
import { LIMITS } from '../oracle/limits.ts'
import type { NatType } from '../nat/types.ts'
import { behind } from '../scenarios/places.ts'
import { filePlace, type ScenarioFile } from '../scenarios/scenario-file.ts'
import type { PlaceFound } from './place.ts'

export interface FieldOptions {
  /** What the machine is in the scenario. */
  role: 'broadcaster' | 'listener'
  /** What the other one is behind. */
  other: NatType
}

const FIRST_SOUND_MS = 40_000
const NO_UDP_MS = 8000
const SILENT_MS = 15_000
const LISTEN_MS = 8000

/** A scenario in the place that was found, with the expectation that theory has of it. */
export function fieldScenario(
  { place, measured, assumed }: PlaceFound,
  { role, other }: FieldOptions,
): ScenarioFile {
  const there = filePlace(behind(other))
  const places =
    role === 'listener' ? { broadcaster: there, listener: place } : { broadcaster: place, listener: there }
  return {
    netsim: 1,
    note: [...measured.map((text) => `measured: ${text}`), ...assumed.map((text) => `assumed: ${text}`)],
    scenario: {
      name: `field/the ${role} here, the other behind ${other}`,
      ...places,
      listenMs: LISTEN_MS,
      expect: expectationOf(places),
    },
  }
}

function expectationOf(
  places: Pick<ScenarioFile['scenario'], 'broadcaster'> & { listener: PlaceFound['place'] },
): ScenarioFile['scenario']['expect'] {
  const prediction = predict({ ...places, help: 'none' })
  switch (prediction.outcome) {
    case 'heard':
      return { verdict: 'heard', withinMs: FIRST_SOUND_MS, maxGapMs: 150 }
    case 'silent':
      return { verdict: 'silent', forMs: SILENT_MS, why: LIMITS[prediction.limit] }
    case 'error':
      return { verdict: 'error', role: prediction.role, code: prediction.code, withinMs: NO_UDP_MS }
  }
}
