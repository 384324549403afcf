import { NetsimError } from '../errors.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Cast } from './cast.ts'

const RELAYING_WITHIN_MS = 20_000

/** `pearcast relay` on each of the scenario's relays, one after the other. Rejects when one does not come to relay. */
export async function startRelays(
  cast: Cast,
  { relays = [], via = [] }: Scenario,
  link: string,
): Promise<void> {
  for (const { id, options = [] } of relays) {
    const relay = via.includes(id) ? cast.of(id) : cast.start(id, ['relay', link, ...options])
    const said = await relay?.until('relaying', RELAYING_WITHIN_MS)
    if (said === undefined) throw NetsimError.labFailed(`${id} does not relay: ${relay?.describe()}`)
  }
}

/** Those that the broadcaster is to name. @returns what to tell him, with their keys */
export async function startNamedRelays(
  cast: Cast,
  { relays = [], via = [] }: Scenario,
): Promise<readonly string[]> {
  const keys: string[] = []
  for (const { id, options = [] } of relays.filter((relay) => via.includes(relay.id))) {
    const relay = cast.start(id, ['relay', ...options])
    const said = await relay.until('relay-ready', RELAYING_WITHIN_MS)
    if (said === undefined) throw NetsimError.labFailed(`${id} is no relay: ${relay.describe()}`)
    keys.push(String(said['key']))
  }
  return keys.length === 0 ? [] : ['--via', keys.join(',')]
}
