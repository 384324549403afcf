import type { RelayEvent } from '@pearcast/station'

/** Each with the station that it is about. */
type WithLink<E> = E extends RelayEvent ? E & { link: string } : never

/** What the relay of one station tells. */
export type CarryingEvent =
  | WithLink<Exclude<RelayEvent, { event: 'announced' }>>
  /** Others can find this relay under `key`; again when they could not for a while. */
  | { event: 'relaying'; link: string; key: string }
  /** They can no longer: there is no free place, nothing to pass on, or the end is near. */
  | { event: 'withdrawn'; link: string; key: string }

/** What `pearcast relay` reports. */
export type RelayCommandEvent =
  | CarryingEvent
  /** Stations can name this relay with `--via KEY` from now on. */
  | { event: 'relay-ready'; key: string }
  /** They cannot any longer: it has been ended. */
  | { event: 'relay-closed'; key: string }
  /** A station has named this relay, or is gone for good. */
  | { event: 'station-joined'; link: string }
  | { event: 'station-left'; link: string }
  /** The stations file was read: so many stations are carried from now on. */
  | { event: 'stations'; stations: number; added: number; removed: number }
