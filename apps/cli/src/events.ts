import type { Path, Via } from '@pearcast/protocol'
import type { BroadcastEvent, ListenEvent } from '@pearcast/station'
import type { InputEvent } from './broadcast/input-event.ts'
import type { DevicesEvent } from './devices/devices-event.ts'
import type { DoctorEvent } from './doctor/doctor-event.ts'
import type { RelayCommandEvent } from './relay/relay-event.ts'
import type { TimeEvent } from './time/time-watch.ts'
import type { StationCommandEvent } from './station/station-event.ts'
import type { UiEvent } from './ui/ui-event.ts'

/** What `pearcast dht` reports. */
export type DhtEvent =
  { event: 'dht-ready'; bootstrap: string; nodes: number } | { event: 'ended'; reason: string }

/** What `pearcast favourites` reports. */
export type FavouritesEvent = { event: 'favourite' | 'favourite-removed'; name: string; link: string }

export type Leg = 'swarm' | 'webrtc' | 'auto'

/** What `pearcast demo` reports while it runs, and its last line. */
export type DemoEvent =
  | { event: 'phase'; phase: 'dht' | 'preparing' }
  | { event: 'phase'; phase: 'on-air' | 'connecting' | 'playing' | 'measuring'; leg: Leg }
  | { event: 'result'; legs: LegResult[] }

/** What one leg heard: the listener's own figures, and its recording measured against the source. */
export interface LegResult {
  leg: Leg
  /** at the end; null when nothing was heard, like every other null here */
  path: Path | null
  via: Via | null
  firstAudioMs: number | null
  latencyMs: { p50: number; p95: number } | null
  framesSent: number
  framesPlayed: number
  framesLost: number
  framesConcealed: number
  framesDuplicate: number
  framesByPath: Record<Path, number>
  /** of the worse channel, -1..1 */
  correlation: number | null
  /** recording minus source */
  loudnessDiffDb: number | null
  recording: string | null
}

/** A failure of the command itself, in whatever command. */
type ErrorEvent = { event: 'error'; code: string; message: string }

/** Everything that --json prints; schema/events.schema.json says the same for other programs. */
export type CliEvent =
  | BroadcastEvent
  | InputEvent
  | ListenEvent
  | RelayCommandEvent
  | StationCommandEvent
  | FavouritesEvent
  | DevicesEvent
  | DoctorEvent
  | DhtEvent
  | DemoEvent
  | TimeEvent
  | UiEvent
  | ErrorEvent

/** One line of --json: `event` and `t` (ms since 1970) come first. */
export function eventLine(event: CliEvent, nowMs: number): string {
  const { event: name, ...fields } = event
  return JSON.stringify({ event: name, t: nowMs, ...fields })
}
