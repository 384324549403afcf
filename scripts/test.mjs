// `npm test`: checks, unit tests (cached by Nx), end-to-end tests and the NAT lab's canary, with one closing line.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pinnedNode, ROOT, run, seconds, tool, toolEnv } from './lib.mjs'
import { debianPackages } from './setup.mjs'

const NX = [tool('nx', 'dist', 'bin', 'nx.js')]
const started = Date.now()

await debianPackages({
  ffmpeg: 'ffmpeg',
  pulseaudio: 'pulseaudio',
  pactl: 'pulseaudio-utils',
  nft: 'nftables',
  ip: 'iproute2',
  zsh: 'zsh',
  fish: 'fish',
  tcpdump: 'tcpdump',
  'chromium|google-chrome': 'chromium',
})

/** @type {[string, string[]][]} */
const stages = [
  ['check', [join(ROOT, 'scripts', 'check.mjs')]],
  // Two projects at a time, of two workers each: some compute, most wait.
  ['unit tests', [...NX, 'run-many', '-t', 'test', '--parallel=2', '--outputStyle=stream']],
  ['end-to-end tests', [...NX, 'run', 'tests:e2e']],
  ['the page in a browser', [...NX, 'run', 'tests:browser']],
  ['NAT lab, short selection', [...NX, 'run', 'netsim:canary']],
]

let failedStages = 0
clearReports()
for (const [name, args] of stages) {
  const since = Date.now()
  console.log(`\n== ${name}`)
  const { code } = await run(pinnedNode(), args, {
    env: toolEnv({ FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }),
  })
  console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${seconds(since)}`)
  if (code !== 0) failedStages++
}

const { passed, failed } = totals()
console.log(`\nnpm test: ${seconds(started)}`)
console.log(`${passed} passed, ${Math.max(failed, failedStages)} failed`)
process.exit(failedStages === 0 && failed === 0 && passed > 0 ? 0 : 1)

function reports() {
  return globSync(['{apps,libs,tools}/*/reports/vitest.json', 'tests/reports/{,browser/}vitest.json'], {
    cwd: ROOT,
  })
}

/** A report of an earlier run must not count as this one's. Nx restores those of cached runs. */
function clearReports() {
  for (const file of reports()) rmSync(join(ROOT, file))
}

function totals() {
  const sum = { passed: 0, failed: 0 }
  for (const file of reports()) {
    const report = JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
    sum.passed += report.numPassedTests
    sum.failed += report.numFailedTests
  }
  return sum
}
