/**
 * `npm run desktop:make -- [--without-updates]`: what is given to users, for the system that this runs on, in release/out/make. Electron
 * Forge and its makers are installed here and not with the workspace: nobody else needs their 370 packages.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { TRIAL_PUBLISHER } from '../packaging/forge-config.ts'
import { missingTools, thisHost } from '../packaging/host-tools.ts'
import { signingOf, valueOf } from '../packaging/signing.ts'
import { assemble, bundle } from './assemble.ts'

const APP = join(import.meta.dirname, '..')
const ROOT = join(APP, '..', '..')
const RELEASE = join(APP, 'release')
const NO_LINK = `pear://${'y'.repeat(52)}`
const FORGE = '8.0.1'
const TOOLS = {
  '@electron-forge/cli': FORGE,
  '@electron-forge/maker-deb': FORGE,
  '@electron-forge/maker-dmg': FORGE,
  '@electron-forge/maker-msix': FORGE,
  '@electron-forge/plugin-fuses': FORGE,
  '@electron/fuses': '2.1.3',
  'app-builder-lib': '26.15.3',
}

/** One line each, before anything is built or downloaded. */
function fail(...lines: string[]): never {
  for (const line of lines) console.error(line)
  process.exit(2)
}

/** Seen in a terminal, and on the page of a workflow's run. */
function warn(line: string): void {
  console.warn(process.env['GITHUB_ACTIONS'] === 'true' ? `::warning::${line}` : `\n*** ${line}\n`)
}

function run(command: string, args: string[], cwd: string): void {
  // On Windows npm and npx are scripts of its shell.
  const shell = process.platform === 'win32' && !command.endsWith('.exe')
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', shell })
  if (status !== 0) process.exit(status ?? 1)
}

/** Windows wants four numbers, and the name in the certificate. */
function windowsManifest(version: string): string {
  return readFileSync(join(APP, 'packaging', 'AppxManifest.xml'), 'utf8')
    .replace('@VERSION@', `${version.split('-')[0]}.0`)
    .replace('@PUBLISHER@', valueOf(process.env, 'WINDOWS_PUBLISHER') ?? TRIAL_PUBLISHER)
    .replace('@ARCH@', process.arch)
}

/** What package.json lacks for a release, and what this computer lacks to make one. */
function checkFirst(): void {
  const require = createRequire(import.meta.url)
  const {
    devDependencies,
    upgrade,
  }: { devDependencies: Record<string, string>; upgrade: string } = require('../package.json')
  if (upgrade === NO_LINK && !process.argv.includes('--without-updates'))
    fail(
      `package.json has no upgrade link yet, so this app would never be updated. Make one with "npx pear@${devDependencies['pear']} touch" and set it, or add --without-updates.`,
    )
  const missing = missingTools(thisHost)
  if (missing.length > 0) fail(...missing)
  try {
    const { isSigned, message } = signingOf(process.env, process.platform)
    if (isSigned || process.platform === 'linux') console.log(message)
    else warn(message)
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
}

checkFirst()
run(process.execPath, [join(ROOT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'run', 'ui:build'], ROOT)
await assemble(RELEASE)
await bundle('packaging/forge.config.ts', join(RELEASE, 'forge.config.js'), 'esm')
const manifest: { dependencies: Record<string, string>; version: string } = JSON.parse(
  readFileSync(join(RELEASE, 'package.json'), 'utf8'),
)
const electron = createRequire(import.meta.url)('electron/package.json').version
const devDependencies = { ...TOOLS, electron }
writeFileSync(join(RELEASE, 'package.json'), `${JSON.stringify({ ...manifest, devDependencies }, null, 2)}\n`)
mkdirSync(join(RELEASE, 'packaging'))
writeFileSync(join(RELEASE, 'packaging', 'AppxManifest.xml'), windowsManifest(manifest.version))
cpSync(join(APP, 'packaging', 'entitlements.plist'), join(RELEASE, 'packaging', 'entitlements.plist'))
run('npm', ['install', '--no-audit', '--no-fund'], RELEASE)
// What npm put beside the app has to be found from there: else it is packaged, and never starts.
const names = JSON.stringify(Object.keys(manifest.dependencies))
const load = `for (const name of ${names}) await import(name)\nprocess.exit(0)`
run(process.execPath, ['--input-type=module', '--eval', load], RELEASE)
run('npx', ['electron-forge', 'make'], RELEASE)
const made = globSync('**/*.{AppImage,deb,dmg,msix,tar.gz}', { cwd: join(RELEASE, 'out', 'make') })
for (const file of made) console.log(join(RELEASE, 'out', 'make', file))
