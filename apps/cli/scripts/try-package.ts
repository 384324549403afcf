/**
 * `npm run try-package`: packs the program, installs it into an empty folder with this machine's npm, and runs
 * `pearcast demo` there with the oldest and the newest Node that it is for. Asks the npm registry, and takes about a minute.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { npm } from './npm.ts'

const OLDEST_NODE = '22.23.3'
const DEMO_S = 3
/** At 50 a second. A computer that is held up plays less; whole recordings are for the end-to-end tests. */
const LEAST_FRAMES = 100
const WITHIN_MS = 120_000

interface Result {
  legs: { leg: string; framesPlayed: number; framesDuplicate: number; path: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'pearcast-package-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

function install(into: string, what: string): void {
  npm(['install', '--prefix', into, '--no-audit', '--no-fund', '--loglevel=error', what], folder)
}

function pack(): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'pack.ts')], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`pack.ts failed: ${stderr}`)
  process.stdout.write(`packed    ${stdout}`)
  return /^(.+\.tgz) \(/m.exec(stdout)?.[1] ?? ''
}

/** The binary alone, as npm's package for each platform has it. */
function nodeBinary(version: string): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  install(join(folder, 'node'), `${name}@${version}`)
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  return join(folder, 'node', 'node_modules', name, 'bin', file)
}

/** Names of installed packages that would run something while they are installed. */
function withInstallScripts(modules: string): string[] {
  const lock: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
    readFileSync(join(modules, '.package-lock.json'), 'utf8'),
  )
  return Object.keys(lock.packages).filter((name) => lock.packages[name]?.hasInstallScript)
}

function demo(node: string, version: string, main: string): string {
  const args = [
    main,
    'demo',
    '--duration',
    String(DEMO_S),
    '--json',
    '--keep',
    join(folder, 'heard', version),
  ]
  const env = { ...process.env, PEARCAST_HOME: join(folder, 'home') }
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', env, timeout: WITHIN_MS })
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (!last.includes('"event":"result"')) throw new Error(`the demo ended with ${status}: ${last} ${stderr}`)
  const { legs }: Result = JSON.parse(last)
  const isHeard = ({ framesDuplicate, framesPlayed }: Result['legs'][number]): boolean =>
    framesPlayed >= LEAST_FRAMES && framesDuplicate === 0
  if (legs.length !== 2 || !legs.every(isHeard)) throw new Error(`the demo was not heard: ${last}`)
  return legs.map(({ framesPlayed, leg, path }) => `${leg}: ${framesPlayed} frames, ${path} last`).join('; ')
}

const app = join(folder, 'app')
install(app, pack())
const modules = join(app, 'node_modules')
const main = join(modules, 'pearcast', 'dist', 'main.js')
const scripted = withInstallScripts(modules)
if (scripted.length > 0) throw new Error(`packages that run scripts when installed: ${scripted.join(', ')}`)
if (!existsSync(join(dirname(main), 'page', 'index.html')))
  throw new Error('the page of pearcast ui is missing')
const command = join(modules, '.bin', process.platform === 'win32' ? 'pearcast.cmd' : 'pearcast')
if (!existsSync(command)) throw new Error('npm has not linked the command pearcast')
console.log(
  `installed ${Object.keys(JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages).length} packages, none runs a script`,
)
for (const node of [nodeBinary(OLDEST_NODE), process.execPath]) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  console.log(`Node ${version.padEnd(9)} ${demo(node, version, main)}`)
}
