import { parseBootstrap, type Address } from '@pearcast/swarm'
import type { GlobalOptions } from './global.ts'

/**
 * The DHT to start from, as the libraries want it; nothing for the public one. An empty PEARCAST_BOOTSTRAP is none.
 *
 * @throws SwarmError BOOTSTRAP_INVALID
 */
export function bootstrapOf({ bootstrap }: GlobalOptions): { bootstrap?: Address[] } {
  return bootstrap === undefined || bootstrap.trim() === '' ? {} : { bootstrap: parseBootstrap(bootstrap) }
}
