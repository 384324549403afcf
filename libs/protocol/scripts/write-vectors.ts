/**
 * Writes vectors/*.json from the fixed seeds in src/testing. Run it with `npm run vectors -w libs/protocol` when
 * bytes change on purpose, and say so in docs/protocol.md in the same commit.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { makeVectors } from '../src/testing/vectors.ts'

const folder = new URL('../vectors/', import.meta.url)
await mkdir(folder, { recursive: true })
for (const [name, { file }] of Object.entries(makeVectors())) {
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(file, null, 2)}\n`)
  console.log(`vectors/${name}.json: ${file.cases.length} cases, ${file.refused.length} refused`)
}
