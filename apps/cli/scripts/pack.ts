/**
 * `npx nx run cli:pack`: the program as a package that npm installs anywhere, in apps/cli/dist. The workspace's libraries are
 * bundled into JavaScript (Node strips no types below node_modules), what they import from npm is declared with its exact
 * version, and no package among it runs a script when it is installed. Prints the tarball and its size.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle, BUNDLED } from './bundle.ts'
import { npm } from './npm.ts'

const CLI = dirname(import.meta.dirname)
const ROOT = dirname(dirname(CLI))
const OUT = join(CLI, 'dist')
const PACKAGE = join(OUT, 'package')
/** Node 22.12 is the first that can `require` what is an ES module. */
const NODE = '>=22.12'
const SAMPLE = 'first-light.flac'

interface Manifest {
  version: string
  license: string
  description?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

function readManifest(...path: string[]): Manifest {
  return JSON.parse(readFileSync(join(...path, 'package.json'), 'utf8'))
}

/** The dependencies of the program and of every project that is bundled into it. */
function dependenciesOf(folder: string, seen: Map<string, string> = new Map()): Map<string, string> {
  for (const [name, version] of Object.entries(readManifest(folder).dependencies ?? {})) {
    if (!name.startsWith('@pearcast/')) seen.set(name, version)
    else if (!seen.has(name)) {
      seen.set(name, '')
      dependenciesOf(join(ROOT, 'libs', name.slice('@pearcast/'.length)), seen)
    }
  }
  return seen
}

/** The platform packages of the bundled one, in the versions of our lockfile. */
function prebuiltParts(): Record<string, string> {
  const lock: { packages: Record<string, { version?: string }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  )
  const names = Object.keys(readManifest(ROOT, 'node_modules', BUNDLED).optionalDependencies ?? {})
  const versions = names.map((name) => [name, lock.packages[`node_modules/${name}`]?.version])
  return Object.fromEntries(versions.filter(([, version]) => version !== undefined))
}

/** WebRTC is optional: without either stack the program uses the swarm path. */
const OPTIONAL = new Set(['node-datachannel', 'werift'])

function manifest(): object {
  const { description, license, version } = readManifest(CLI)
  const all = [...dependenciesOf(CLI)].filter(([name]) => !name.startsWith('@pearcast/') && name !== BUNDLED)
  all.sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    name: 'pearcast',
    version,
    description: description ?? 'Live radio from anyone to anyone, with no server in between',
    license,
    type: 'module',
    bin: { pearcast: 'dist/main.js' },
    exports: { './schema/events.schema.json': './schema/events.schema.json' },
    engines: { node: NODE },
    dependencies: Object.fromEntries(all.filter(([name]) => !OPTIONAL.has(name))),
    optionalDependencies: {
      ...Object.fromEntries(all.filter(([name]) => OPTIONAL.has(name))),
      ...prebuiltParts(),
    },
  }
}

/** The page of `pearcast ui`, beside the program. */
function addPage(): void {
  const ui = join(ROOT, 'libs', 'ui')
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: ui,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the page could not be built: ${stderr}`)
  cpSync(join(ui, 'dist'), join(PACKAGE, 'dist', 'page'), { recursive: true })
}

function copy(to: string, ...from: string[]): void {
  const target = join(PACKAGE, to)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(join(...from), target)
}

function npmPack(): string {
  const stdout = npm(['pack', '--json', '--loglevel=error', '--pack-destination', OUT], PACKAGE)
  const packed: { filename: string }[] = JSON.parse(stdout)
  return join(OUT, packed[0]?.filename ?? '')
}

rmSync(OUT, { recursive: true, force: true })
await bundle(join(PACKAGE, 'dist'))
addPage()
writeFileSync(join(PACKAGE, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
copy('schema/events.schema.json', CLI, 'schema', 'events.schema.json')
copy(`samples/${SAMPLE}`, ROOT, 'samples', SAMPLE)
copy('samples/README.md', ROOT, 'samples', 'README.md')
copy('LICENSE', ROOT, 'LICENSE')
copy('README.md', CLI, 'README.md')
writeFileSync(
  join(PACKAGE, 'NOTICE'),
  `pearCast, Apache-2.0: see LICENSE. The sample is CC0-1.0: see samples/README.md.\n` +
    `dist holds the JavaScript of ${BUNDLED} ${readManifest(ROOT, 'node_modules', BUNDLED).version}, Dmitry Iv., MIT; what the page holds\n` +
    `is in dist/page/licenses.md.\n`,
)
const tarball = npmPack()
console.log(`${tarball} (${(statSync(tarball).size / 1024).toFixed(0)} KiB)`)
