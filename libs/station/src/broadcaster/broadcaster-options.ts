import type { AudioSource, Profile } from '@pearcast/audio'
import type { Address } from '@pearcast/swarm'
import type { BroadcastEvent, PathMode } from '../events.ts'
import type { StationIdentity } from '../identity/identity.ts'
import type { IdentityStore } from '../identity/store.ts'
import type { RtcChoice } from '../rtc-choice.ts'

export interface BroadcasterOptions {
  identity: StationIdentity
  store: IdentityStore
  source: AudioSource
  /** Bootstrap nodes of the DHT; the public ones when left out. */
  bootstrap?: readonly Address[] | undefined
  /** What listeners see as the station's name. */
  title: string
  /** A few sentences about it. */
  description?: string | undefined
  /** Opus bitrate, bit/s. */
  bitrate: number
  profile: Profile
  path: PathMode
  rtc?: RtcChoice | undefined
  maxListeners: number
  /** DHT keys of relays that carry the station; it goes to them, so that it need not be reachable itself. */
  via?: readonly Uint8Array[] | undefined
  /** Named relays only: listeners and the DHT are told nothing that leads here, and no WebRTC. */
  privateIp?: boolean | undefined
  /** What the uplink carries, bit/s; learned from what listeners report when left out. */
  uplinkBps?: number | undefined
  /** Audio starts when so many listen; 0: at once. */
  waitListeners: number
  /** After the end of the source: stay on air, quiet, until stopped. */
  stayOnAir?: boolean | undefined
  onEvent: (event: BroadcastEvent) => void
}
