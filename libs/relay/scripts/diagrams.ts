/** Writes the machines' diagrams into the README: `npm run diagrams -w libs/relay`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { withMachines } from './readme.ts'

const readme = new URL('../README.md', import.meta.url)
writeFileSync(readme, withMachines(readFileSync(readme, 'utf8')))
