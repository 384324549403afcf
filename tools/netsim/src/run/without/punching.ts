import { createRequire } from 'node:module'

/* Preloaded into a process of a negative control: HyperDHT negotiates punches, and sends none. */

const Holepuncher: { prototype: Record<string, unknown> } = createRequire(
  new URL('../../../../../libs/swarm/package.json', import.meta.url),
)('hyperdht/lib/holepuncher.js')
Holepuncher.prototype['punch'] = () => Promise.resolve(false)
Holepuncher.prototype['openSession'] = () => Promise.resolve()
