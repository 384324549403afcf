import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A binary with its system in its name, as @evan/opus has them: `arm64-darwin.node`. */
const NAMED_BINARY = /^(x64|arm64|ia32|arm)-(linux|darwin|win32)\.node$/

/**
 * Takes out of a packaged app what cannot run in it: the binaries of other systems, and those of Bare. Holepunch's packages
 * carry a dozen of each, in `prebuilds/SYSTEM-ARCH`; most of an app would be other people's.
 *
 * @param folder with the app's node_modules
 * @returns how many files and folders were taken out
 */
export async function pruneBinaries(folder: string, platform: string, arch: string): Promise<number> {
  const kept = new Set([`${platform}-${arch}`, `${platform}-universal`])
  const isOfAnother = (name: string): boolean =>
    NAMED_BINARY.test(name) && name !== `${arch}-${platform}.node`
  let removed = 0
  const remove = async (path: string): Promise<void> => {
    await rm(path, { recursive: true })
    removed++
  }
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inner = join(path, entry.name)
      if (entry.isDirectory() && entry.name === 'prebuilds') {
        for (const system of await readdir(inner)) if (!kept.has(system)) await remove(join(inner, system))
      }
      if (entry.isDirectory()) await visit(inner)
      else if (entry.name.endsWith('.bare') || isOfAnother(entry.name)) await remove(inner)
    }
  }
  await visit(join(folder, 'node_modules'))
  return removed
}
