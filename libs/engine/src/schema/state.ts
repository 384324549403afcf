import type { Path, Via } from '@pearcast/protocol'
import type { Profile } from './command.ts'

/** Everything that a page shows; sent whole, at each change. Times are ms since 1970. */
export interface EngineState {
  listening: ListeningState | null
  broadcast: BroadcastState | null
  /** The last command of its kind failed; null again with the next one. */
  trouble: Trouble | null
  stations: OwnStation[]
  kept: KeptStation[]
  /** The newest first. */
  heard: HeardStation[]
  inputs: InputStrip[]
  muted: boolean
  /** The last one of each kind: running, or complete in its file. */
  recordings: { listening: Recording | null; broadcast: Recording | null }
  relay: RelayChoice
}

export interface Recording {
  /** Its whole path. */
  file: string
  sinceMs: number
  isRunning: boolean
}

/** What the user said about serving other listeners from here. */
export interface RelayChoice {
  /** Until he was asked, nobody is served. */
  isAsked: boolean
  mode: 'auto' | 'off'
  /** bit/s at most; null: as much as the program finds right */
  uplinkBps: number | null
}

/** `message` is one line for people; `code` is for choosing better words. */
export interface Trouble {
  during: 'listen' | 'broadcast'
  code: string
  message: string
}

export interface OwnStation {
  name: string
  title: string
  description: string
  link: string
}

export interface KeptStation {
  name: string
  title: string
  link: string
}

export interface HeardStation {
  link: string
  title: string
  atMs: number
}

export type ListeningPhase = 'searching' | 'connecting' | 'playing' | 'off-air' | 'reconnecting'

export interface ListeningState {
  phase: ListeningPhase
  link: string
  /** '' until the station has said it; so are the two that follow. */
  title: string
  description: string
  nowPlaying: string
  channels: 1 | 2
  /** bit/s; 0 until the station has said it */
  bitrate: number
  path: Path | null
  via: Via | null
  buffer: 'low' | 'robust'
  startedAtMs: number
  /** Of this phase. */
  sinceMs: number
  figures: ListeningFigures | null
  /** Somebody announced as this station without its key. */
  impostor: boolean
  /** Peers on the way; 0: none, null: not known. */
  hops: number | null
  /** Who is served from here; null: nobody may be. */
  relaying: { children: number; bps: number; limitBps: number | null } | null
}

export interface ListeningFigures {
  framesPlayed: number
  framesLost: number
  framesConcealed: number
  interruptions: number
  framesByPath: Record<Path, number>
}

export interface BroadcastState {
  phase: 'starting' | 'on-air' | 'stopping'
  station: string
  title: string
  description: string
  nowPlaying: string
  profile: Profile
  /** bit/s */
  bitrate: number
  /** '' until on air */
  link: string
  onAirAtMs: number | null
  source: 'live' | 'stalled'
  /** At most 100 of them; `listeners` counts all. */
  audience: AudienceMember[]
  listeners: number
  /** The audience each ten seconds, the newest last, at most an hour. */
  audienceHistory: number[]
  framesSent: number
  /** bit/s of the last second */
  uplinkBps: number
}

export interface AudienceMember {
  id: string
  path: Path
  via: Via
  sinceMs: number
}

/** A strip of the mixer. The slot says which part of a PCM message feeds it. */
export interface InputStrip {
  slot: number
  label: string
  gainDb: number
  muted: boolean
}
