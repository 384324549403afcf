// `npm start [-- FILE] [-- --duration 10 --json]`: sets up what is missing, then runs `pearcast demo`.
import { pinnedNode, ROOT, run, toolEnv } from './lib.mjs'
import { join } from 'node:path'
import { setup } from './setup.mjs'

await setup()
const main = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const { code } = await run(pinnedNode(), [main, 'demo', ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? ROOT,
  env: toolEnv(),
})
process.exit(code)
