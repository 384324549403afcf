import { openSource } from '@pearcast/audio'
import { parseLink, type StationLink } from '@pearcast/protocol'
import type { Address } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { Broadcaster } from '../broadcaster/broadcaster.ts'
import type { BroadcasterOptions } from '../broadcaster/broadcaster-options.ts'
import type { BroadcastEvent } from '../events.ts'
import type { StationIdentity } from '../identity/identity.ts'
import { IdentityStore } from '../identity/store.ts'

export interface ToneStation {
  readonly broadcaster: Broadcaster
  readonly identity: StationIdentity
  readonly link: StationLink
  readonly events: BroadcastEvent[]
}

/** A station that plays a tone to up to four over swarm, unless told otherwise; not started yet. `folder` keeps its keys. */
export async function createToneStation(
  folder: string,
  bootstrap: readonly Address[],
  { name = 'test', ...more }: Partial<BroadcasterOptions> & { name?: string } = {},
): Promise<ToneStation> {
  const store = new IdentityStore(folder)
  const identity = await store.open(name)
  const events: BroadcastEvent[] = []
  const broadcaster = new Broadcaster({
    identity,
    store,
    source: await openSource('tone', { profile: 'music', bitrate: 96_000 }),
    bootstrap,
    title: 'Test',
    bitrate: 96_000,
    profile: 'music',
    path: 'swarm',
    maxListeners: 4,
    waitListeners: 0,
    ...more,
    onEvent: (event) => events.push(event),
  })
  return { broadcaster, events, identity, link: parseLink(sodium, store.link(identity)) }
}
