// `npm test`: checks, unit tests (cached by Nx), end-to-end tests and the NAT lab's canary, with one closing line.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pinnedNode, ROOT, run, seconds, tool, toolEnv } from './lib.mjs'
import { debianPackages } from './setup.mjs'

const NX = [tool('nx', 'dist', 'bin', 'nx.js')]
const started = Date.now()
/** With more files than that, it is not the machine. */
const MOST_AGAIN = 8

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

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[]} args
 * @property {string} [reports] glob of its reports' folders; a stage without counts as one test
 * @property {(files: string[]) => string[]} [again] how those files run alone
 */
/** @type {Stage[]} */
const stages = [
  { name: 'check', args: [join(ROOT, 'scripts', 'check.mjs')] },
  {
    name: 'unit tests',
    // Two projects at a time, of two workers each: some compute, most wait.
    args: [...NX, 'run-many', '-t', 'test', '--parallel=2', '--outputStyle=stream'],
    reports: '{apps,libs,tools}/*/reports',
    // Nx remembers what passed.
    again: () => [...NX, 'run-many', '-t', 'test', '--parallel=1', '--outputStyle=stream'],
  },
  {
    name: 'end-to-end tests',
    args: [...NX, 'run', 'tests:e2e'],
    reports: 'tests/reports',
    again: (files) => vitest('vitest.config.ts', files),
  },
  {
    name: 'the page in a browser',
    args: [...NX, 'run', 'tests:browser'],
    reports: 'tests/reports/browser',
    again: (files) => vitest('vitest.browser.config.ts', files),
  },
  { name: 'NAT lab, short selection', args: [...NX, 'run', 'netsim:canary'] },
]

clearReports()
/** @type {Stage[]} */
const failedFirst = []
for (const stage of stages) if (!(await passes(stage.name, stage.args))) failedFirst.push(stage)

const { passed, failures: failuresAtFirst } = totals()
const flakes = flaky()
const rescued = process.env.CI === 'true' ? await rescue(failedFirst) : []
const failedStages = failedFirst.filter((stage) => !rescued.some((each) => each.stage === stage))
const late = new Set(rescued.flatMap(({ tests }) => tests))
const failed = failuresAtFirst.filter((test) => !late.has(test))
console.log(`\nnpm test: ${seconds(started)}`)
for (const test of flakes) console.log(`flaky, passed when it was tried again: ${test}`)
for (const test of late) console.log(`failed twice, passed when its file ran alone: ${test}`)
for (const test of failed) console.log(`failed: ${test}`)
console.log(`${passed + late.size} passed, ${Math.max(failed.length, failedStages.length)} failed`)
process.exit(failedStages.length === 0 && failed.length === 0 && passed > 0 ? 0 : 1)

/** @param {string} name @param {string[]} args */
async function passes(name, args) {
  const since = Date.now()
  console.log(`\n== ${name}`)
  const { code } = await run(pinnedNode(), args, {
    env: toolEnv({ FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }),
  })
  console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${seconds(since)}`)
  return code === 0
}

/**
 * What runs against the clock and failed beside others runs once more without them; see docs/adr/0033.
 * @param {Stage[]} failing
 * @returns {Promise<{ stage: Stage, tests: string[] }[]>} those that passed now, with the tests that had failed
 */
async function rescue(failing) {
  /** @type {{ stage: Stage, tests: string[] }[]} */
  const done = []
  for (const stage of failing) {
    const failures = stage.reports === undefined ? [] : failuresIn(stage.reports)
    const files = [...new Set(failures.map(({ file }) => file))]
    if (files.length === 0 || files.length > MOST_AGAIN || !files.every(isAgainstTheClock)) continue
    if (!(await passes(`${stage.name}, once more and alone`, stage.again?.(files) ?? []))) continue
    done.push({ stage, tests: failures.map(({ name }) => name) })
  }
  return done
}

/** @param {string} file */
function isAgainstTheClock(file) {
  const project = file.split('/').slice(0, file.startsWith('tests/') ? 1 : 2)
  return readFileSync(join(ROOT, ...project, 'vitest.config.ts'), 'utf8').includes('vitest.real-time')
}

/** @param {string} config @param {string[]} files */
function vitest(config, files) {
  const reporters = ['--reporter=default', '--reporter=json', '--outputFile.json=reports/again.json']
  const folder = ['--root', join(ROOT, 'tests'), '--config', config]
  return [
    tool('vitest', 'vitest.mjs'),
    'run',
    ...folder,
    '--maxWorkers=1',
    ...reporters,
    ...files.map(inTests),
  ]
}

/** @param {string} file */
function inTests(file) {
  return relative('tests', file)
}

/** @param {'vitest.json' | 'flaky.json'} name @param {string} folders */
function reports(name, folders = '{{apps,libs,tools}/*/reports,tests/reports,tests/reports/browser}') {
  return globSync(`${folders}/${name}`, { cwd: ROOT })
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
  return {
    passed: reports('vitest.json').reduce((sum, file) => sum + parsed(file).numPassedTests, 0),
    failures: failuresIn().map(({ name }) => name),
  }
}

/** @param {string} [folders] @returns {{ file: string, name: string }[]} */
function failuresIn(folders) {
  return reports('vitest.json', folders)
    .flatMap((file) => parsed(file).testResults)
    .flatMap(({ name, status, message, assertionResults }) => {
      const file = relative(ROOT, name)
      const tests = assertionResults.filter((test) => test.status === 'failed')
      // A file that could not even be read has no tests.
      if (status === 'failed' && tests.length === 0) return [{ file, name: `${file}: ${message}` }]
      return tests.map(({ fullName }) => ({ file, name: `${file} > ${fullName}` }))
    })
}
