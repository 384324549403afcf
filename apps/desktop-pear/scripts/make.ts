/**
 * `npm run desktop:make -- [--without-updates]`: what is given to users, for the system that this runs on, in release/out/make. Electron
 * Forge and its makers are installed here and not with the workspace: nobody else needs their 370 packages.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
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
    .replace('@PUBLISHER@', process.env['WINDOWS_PUBLISHER'] ?? 'CN=pearCast')
    .replace('@ARCH@', process.arch)
}

run(process.execPath, [join(ROOT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'run', 'ui:build'], ROOT)
await assemble(RELEASE)
await bundle('packaging/forge.config.ts', join(RELEASE, 'forge.config.js'), 'esm')
const manifest: Record<string, unknown> & { upgrade: string; version: string } = JSON.parse(
  readFileSync(join(RELEASE, 'package.json'), 'utf8'),
)
if (manifest.upgrade === NO_LINK && !process.argv.includes('--without-updates')) {
  console.error(
    'package.json has no upgrade link yet, so this app would never be updated. Make one with "pear touch" and set it, or add --without-updates.',
  )
  process.exit(2)
}
const electron = createRequire(import.meta.url)('electron/package.json').version
const devDependencies = { ...TOOLS, electron }
writeFileSync(join(RELEASE, 'package.json'), `${JSON.stringify({ ...manifest, devDependencies }, null, 2)}\n`)
mkdirSync(join(RELEASE, 'packaging'))
writeFileSync(join(RELEASE, 'packaging', 'AppxManifest.xml'), windowsManifest(manifest.version))
cpSync(join(APP, 'packaging', 'entitlements.plist'), join(RELEASE, 'packaging', 'entitlements.plist'))
run('npm', ['install', '--no-audit', '--no-fund'], RELEASE)
run('npx', ['electron-forge', 'make'], RELEASE)
