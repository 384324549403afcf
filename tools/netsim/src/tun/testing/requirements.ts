import type { TestContext } from 'vitest'
import { tunAvailable } from '../available.ts'

/** End a test that cannot run here, saying why. Where CI=true nothing may be missing: there it fails. */
export function skipWithout(context: TestContext, missing: string | undefined): void {
  if (missing === undefined) return
  if (process.env['CI'] === 'true') throw new Error(`SKIP counts as failure under CI=true: ${missing}`)
  process.stderr.write(`SKIP ${context.task.name}: ${missing}\n`)
  context.skip(missing)
}

/** Skip unless this process may open a TUN lab. */
export function requireTun(context: TestContext): void {
  const available = tunAvailable()
  const missing = available.ok ? 'it needs root' : available.reason
  skipWithout(context, available.ok && !available.inUserNamespace ? undefined : missing)
}
