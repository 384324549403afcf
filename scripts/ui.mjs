// `npm run ui`: builds the page when it is missing or stale, and opens it.
import { join } from 'node:path'
import { pinnedNode, ROOT, run, tool } from './lib.mjs'

const nx = tool('nx', 'dist', 'bin', 'nx.js')
const built = await run(pinnedNode(), [nx, 'run', 'ui:build'], { capture: true })
if (built.code !== 0) {
  console.error(built.output)
  process.exit(built.code)
}
const main = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const { code } = await run(pinnedNode(), [main, 'ui', ...process.argv.slice(2)], {
  channel: true,
  env: process.env,
})
process.exit(code)
