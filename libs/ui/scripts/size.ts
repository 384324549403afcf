/** `npx nx run ui:size`: the JavaScript that the first page loads, gzipped, file by file; fails above the limit. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const LIMIT_BYTES = 150 * 1024
const folder = join(import.meta.dirname, '..', 'dist', 'assets')

let total = 0
for (const name of await readdir(folder)) {
  if (!name.endsWith('.js')) continue
  const bytes = gzipSync(await readFile(join(folder, name))).length
  total += bytes
  console.log(`${String(bytes).padStart(8)}  ${name}`)
}
console.log(`${String(total).padStart(8)}  of ${LIMIT_BYTES} bytes of JavaScript, gzipped`)
if (total === 0 || total > LIMIT_BYTES) {
  console.error(
    total === 0 ? 'There is no page: build it first.' : 'That is more than a first page may load.',
  )
  process.exitCode = 1
}
