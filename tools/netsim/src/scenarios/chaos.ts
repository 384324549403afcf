import { readdirSync, readFileSync } from 'node:fs'
import { parseScenarioFile, scenarioOf } from './scenario-file.ts'
import type { Scenario } from './scenario.ts'

const FOLDER = new URL('./corpus/', import.meta.url)

/**
 * What chaos once found, shrunk to what it took. What is in `corpus/` was mended and is played by the canary ever since;
 * what is in `corpus/open/` still fails, and is played with all scenarios only.
 */
export const chaos: readonly Scenario[] = [
  ...corpus(FOLDER, true),
  ...corpus(new URL('./open/', FOLDER), false),
]

function corpus(folder: URL, canary: boolean): Scenario[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name): Scenario => {
      const file = parseScenarioFile(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
      return { ...scenarioOf(file, 'chaos'), canary }
    })
}
