// `node scripts/bootstrap.mjs SCRIPT [args]`: sets up what is missing, then runs SCRIPT with the pinned Node.
// Runs on any Node >= 20, so that a fresh clone needs nothing else.
import { join } from 'node:path'
import { pinnedNode, ROOT, run } from './lib.mjs'
import { setup } from './setup.mjs'

const [script, ...args] = process.argv.slice(2)
await setup()
const { code } = await run(pinnedNode(), [join(ROOT, script), ...args], {
  channel: true,
  cwd: process.env.INIT_CWD ?? ROOT,
})
process.exit(code)
