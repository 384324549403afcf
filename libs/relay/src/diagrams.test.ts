import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withMachines } from '../scripts/readme.ts'

test('the diagrams in the README show the machines as they are', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(withMachines(readme), 'run `npm run diagrams -w libs/relay`').toBe(readme)
})
