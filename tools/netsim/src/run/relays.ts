import { NetsimError } from '../errors.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Cast } from './cast.ts'

const RELAYING_WITHIN_MS = 20_000

/** `pearcast relay` on each of the scenario's relays, one after the other. Rejects when one does not come to relay. */
export async function startRelays(cast: Cast, { relays = [] }: Scenario, link: string): Promise<void> {
  for (const { id, options = [] } of relays) {
    const relay = cast.start(id, ['relay', link, ...options])
    const said = await relay.until('relaying', RELAYING_WITHIN_MS)
    if (said === undefined) throw NetsimError.labFailed(`${id} does not relay: ${relay.describe()}`)
  }
}
