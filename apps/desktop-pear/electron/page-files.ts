import { readStaticFiles, SECURITY_HEADERS, type StaticFile } from '@pearcast/engine/page'
import type { ElectronApi } from './electron-api.ts'

/** Not the scheme of links, which the system gives to whoever registered last. */
const SCHEME = 'pearcast-page'
const ORIGIN = `${SCHEME}://app`
export const PAGE_URL: string = `${ORIGIN}/?engine=port`

export function isPageUrl(url: string): boolean {
  return url === ORIGIN || url.startsWith(`${ORIGIN}/`)
}

/** Before the app is ready: with it a secure context, workers and `fetch` of its own files. */
export function registerScheme({ protocol }: ElectronApi): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
}

/** The page's own files by a scheme of its own: no port, and nothing of the disk besides. @throws EngineError PAGE_NOT_BUILT */
export async function servePage(electron: ElectronApi, folder: string): Promise<void> {
  const files = await readStaticFiles(folder)
  electron.protocol.handle(SCHEME, ({ method, url }) => answer(files, method, url))
  // What the page's policy forbids is not asked for; this is for what does not obey it.
  electron.session.defaultSession.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !isPageUrl(url) && !/^(blob|devtools):/.test(url) }),
  )
}

function answer(files: ReadonlyMap<string, StaticFile>, method: string, url: string): Response {
  const { host, pathname } = new URL(url)
  const file = host === 'app' && (method === 'GET' || method === 'HEAD') ? files.get(pathname) : undefined
  if (file === undefined) return new Response(null, { status: 404, headers: SECURITY_HEADERS })
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': file.type,
    'Content-Length': String(file.bytes.length),
    'Cache-Control': 'no-store',
  }
  return new Response(method === 'HEAD' ? null : new Uint8Array(file.bytes), { headers })
}
