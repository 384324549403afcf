import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { EngineError } from '../errors.ts'

export interface StaticFile {
  type: string
  bytes: Buffer
  /** Its name changes with its content. */
  isHashed: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/**
 * The page's files by their path, read once: nothing else of the disk can be asked for.
 *
 * @throws EngineError PAGE_NOT_BUILT
 */
export async function readStaticFiles(folder: string): Promise<Map<string, StaticFile>> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const files = new Map<string, StaticFile>()
  for (const name of names) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    const path = `/${name.split(sep).join('/')}`
    files.set(path, {
      type,
      bytes: await readFile(join(folder, name)),
      isHashed: path.startsWith('/assets/'),
    })
  }
  const index = files.get('/index.html')
  if (index === undefined) throw EngineError.pageNotBuilt(folder)
  return files.set('/', index)
}
