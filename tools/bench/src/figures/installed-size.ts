import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/**
 * Bytes of a package with all that npm installs beside it, found where Node would find it; optional packages that are not there
 * belong to another platform.
 *
 * @param folder of the package, with its package.json, somewhere above the `node_modules` that hold its dependencies
 */
export function installedSize(folder: string): { bytes: number; packages: number } {
  const folders = new Set<string>()
  const visit = (at: string): void => {
    if (folders.has(at)) return
    folders.add(at)
    const { dependencies, optionalDependencies } = manifestOf(at)
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = resolve(at, name)
      if (found !== undefined) visit(found)
    }
  }
  visit(folder)
  const bytes = [...folders].reduce((sum, each) => sum + ownBytes(each), 0)
  return { bytes, packages: folders.size }
}

function manifestOf(folder: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return manifest
}

function resolve(from: string, name: string): string | undefined {
  const found = join(from, 'node_modules', name)
  if (existsSync(join(found, 'package.json'))) return found
  return dirname(from) === from ? undefined : resolve(dirname(from), name)
}

/** Without the packages nested in it, which are counted for themselves. */
function ownBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    if (name === 'node_modules') return sum
    const path = join(folder, name)
    const stat = lstatSync(path)
    return sum + (stat.isDirectory() ? ownBytes(path) : stat.size)
  }, 0)
}
