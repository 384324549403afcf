import { fileURLToPath } from 'node:url'

/** Where npm's tools keep what can be made again. */
const FOLDER = fileURLToPath(new URL('../../../../node_modules/.cache/netsim', import.meta.url))

/**
 * What the programs of a lab compile is kept for the next ones, from their first file on: a scenario starts five to fifteen
 * processes of TypeScript, and each spent a third of its start on that. It must be in the environment before they start.
 */
export function keepCompiled(env: NodeJS.ProcessEnv = process.env): void {
  env['NODE_COMPILE_CACHE'] ??= FOLDER
}
