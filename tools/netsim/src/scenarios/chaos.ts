import { readdirSync, readFileSync } from 'node:fs'
import { parseScenarioFile, scenarioOf } from './scenario-file.ts'
import type { Scenario } from './scenario.ts'

const FOLDER = new URL('./corpus/', import.meta.url)

/** What chaos once found, shrunk to what it took, and played by the canary ever since. */
export const chaos: readonly Scenario[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .map((name): Scenario => {
    const file = parseScenarioFile(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))
    return { ...scenarioOf(file, 'chaos'), canary: true }
  })
