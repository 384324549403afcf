/**
 * The app as Electron runs it: JavaScript instead of TypeScript, the workspace's libraries bundled into the two processes that
 * use them, the page, the icons. What comes from npm stays outside, in exact versions.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'rolldown'
import { makeIcons } from '../packaging/icons.ts'

const APP = join(import.meta.dirname, '..')
const ROOT = join(APP, '..', '..')
/** Compiled where it is installed, and only played through by the command line. */
const LEFT_OUT = '@audio/speaker'
/** What packages use without saying so: bogon 1.3.0, below hyperdht, which npm puts where bogon does not find it. */
const UNDECLARED = ['b4a']

interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  [field: string]: unknown
}

async function readManifest(...path: string[]): Promise<Manifest> {
  return JSON.parse(await readFile(join(...path, 'package.json'), 'utf8'))
}

/** The app's folder is made anew. @throws Error when the page was not built */
export async function assemble(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  const electron = join(folder, 'electron')
  await mkdir(electron, { recursive: true })
  await Promise.all([
    bundle('electron/main.ts', join(electron, 'main.js'), 'esm'),
    bundle('electron/engine.ts', join(electron, 'engine.js'), 'esm'),
    bundle('electron/preload.ts', join(electron, 'preload.cjs'), 'cjs'),
    makeIcons(join(electron, 'icons')),
    cp(join(ROOT, 'libs', 'ui', 'dist'), join(folder, 'page'), { recursive: true }),
    cp(join(APP, 'vendor'), join(folder, 'vendor'), { recursive: true }),
    cp(join(ROOT, 'LICENSE'), join(folder, 'LICENSE')),
  ])
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`)
}

/** One file each: a sandboxed preload script may load nothing else, and two files are easier to look through than sixty. */
export async function bundle(source: string, file: string, format: 'esm' | 'cjs'): Promise<void> {
  await build({
    input: join(APP, source),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !/^([A-Za-z]:)?[\\/]/.test(id) && !id.startsWith('@pearcast/'),
    transform: { target: 'node24' },
    output: { file, format, codeSplitting: false },
  })
}

/** What pear-runtime, `pear stage` and Electron read; its name is what the system calls the app. */
async function manifest(): Promise<Manifest> {
  const { author, license, main, pear, productName, type, upgrade, version, ...rest } =
    await readManifest(APP)
  const found = await dependencies(rest.dependencies ?? {})
  for (const name of UNDECLARED)
    found.set(name, String((await readManifest(ROOT, 'node_modules', name))['version']))
  const root: Manifest & { overrides?: object } = await readManifest(ROOT)
  return {
    name: 'pearcast',
    productName,
    version,
    upgrade,
    // What users read of it in their menus.
    description: root['description'],
    author,
    license,
    private: true,
    type,
    main,
    pear,
    dependencies: Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))),
    overrides: { ...root.overrides, 'bare-sidecar': 'file:./vendor/bare-sidecar' },
  }
}

/** What the bundled libraries import from npm. */
async function dependencies(
  declared: Record<string, string>,
  found: Map<string, string> = new Map(),
): Promise<Map<string, string>> {
  for (const [name, version] of Object.entries(declared)) {
    if (found.has(name) || name === LEFT_OUT) continue
    found.set(name, version)
    if (!name.startsWith('@pearcast/')) continue
    const library = await readManifest(ROOT, 'libs', name.slice('@pearcast/'.length))
    await dependencies(library.dependencies ?? {}, found)
  }
  return new Map([...found].filter(([name]) => !name.startsWith('@pearcast/')))
}
