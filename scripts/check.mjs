// `npm run check`: everything that is wrong without running the program. Prints a line per check.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pinnedNode, ROOT, run, seconds, tool } from './lib.mjs'

/** name -> Node script and its arguments */
const CHECKS = {
  types: [tool('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json'],
  'types of the pure layers': [tool('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.pure.json'],
  'types of the page': [tool('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'libs/ui/tsconfig.json'],
  'types of the preload script': [
    tool('typescript', 'bin', 'tsc'),
    '--noEmit',
    '-p',
    'apps/desktop-pear/tsconfig.preload.json',
  ],
  lint: [tool('oxlint', 'bin', 'oxlint'), '--type-aware', '--quiet', '.'],
  format: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'],
  links: [join(ROOT, 'scripts', 'links.mjs')],
  'dead exports': [tool('knip', 'bin', 'knip.js'), '--no-progress', '--no-config-hints'],
  layers: [
    tool('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
    'libs',
    'apps',
    'tests',
    // Its worker is started by a URL, which nobody follows.
    'tools/netsim/src/tun',
    '--output-type',
    'err',
  ],
}

const queue = Object.entries(CHECKS)
let failures = 0
const started = Date.now()

async function worker() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, args] = next
    const since = Date.now()
    const { code, output } = await run(pinnedNode(), args, { capture: true })
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds(since)})`)
    if (code !== 0) {
      failures++
      console.log(output.trimEnd())
    }
  }
}

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
console.log(
  failures === 0
    ? `check: all is well (${seconds(started)})`
    : `check: ${failures} failed (${seconds(started)})`,
)
process.exit(failures === 0 ? 0 : 1)
