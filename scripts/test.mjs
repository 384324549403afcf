// `npm test`: checks, unit tests (cached by Nx), end-to-end tests and the NAT lab's canary, with one closing line.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
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

const { passed, failed, failures } = totals()
console.log(`\nnpm test: ${seconds(started)}`)
for (const name of flaky()) console.log(`flaky, passed when it was tried again: ${name}`)
for (const name of failures) console.log(`failed: ${name}`)
console.log(`${passed} passed, ${Math.max(failed, failedStages)} failed`)
process.exit(failedStages === 0 && failed === 0 && passed > 0 ? 0 : 1)

/** @param {'vitest.json' | 'flaky.json'} name */
function reports(name) {
  const folders = ['{apps,libs,tools}/*/reports', 'tests/reports', 'tests/reports/browser']
  return globSync(
    folders.map((folder) => `${folder}/${name}`),
    { cwd: ROOT },
  )
}

/** A report of an earlier run must not count as this one's. Nx restores those of cached runs. */
function clearReports() {
  for (const file of [...reports('vitest.json'), ...reports('flaky.json')]) rmSync(join(ROOT, file))
}

/** @param {string} file */
function parsed(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
}

/** @returns {string[]} what failed at first; only where the clock is real and CI=true is anything tried again */
function flaky() {
  return reports('flaky.json').flatMap((file) => parsed(file))
}

function totals() {
  /** @type {{ passed: number, failed: number, failures: string[] }} */
  const sum = { passed: 0, failed: 0, failures: [] }
  for (const file of reports('vitest.json')) {
    const { numPassedTests, numFailedTests, testResults } = parsed(file)
    sum.passed += numPassedTests
    sum.failed += numFailedTests
    for (const { name, assertionResults } of testResults)
      for (const { status, fullName } of assertionResults)
        if (status === 'failed') sum.failures.push(`${relative(ROOT, name)} > ${fullName}`)
  }
  return sum
}
