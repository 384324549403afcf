import workerUrl from './worker.ts?worker&url'

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string
  }
}

/** The one script that is started by its URL, which the page's policy must therefore vouch for. */
export function startWorker(): Worker {
  return new Worker(vouched(workerUrl), { type: 'module' })
}

function vouched(url: string): string {
  const trusted: unknown = Reflect.get(globalThis, 'trustedTypes')
  if (!isTrustedTypes(trusted)) return url
  return trusted.createPolicy('app', { createScriptURL: () => workerUrl }).createScriptURL(url)
}

function isTrustedTypes(value: unknown): value is TrustedTypes {
  return typeof value === 'object' && value !== null && 'createPolicy' in value
}
