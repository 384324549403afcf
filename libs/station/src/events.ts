import type { Levels } from '@pearcast/audio'
import type { Path, Via } from '@pearcast/protocol'
import type { NamedRelayEvent } from './broadcaster/named-relays.ts'
import type { AudienceEvent } from './audience/audience.ts'
import type { TunerEvent } from './tuner/tuner-event.ts'

/** `auto` prefers WebRTC once it has proven itself; the other two force one path. */
export type PathMode = 'auto' | 'swarm' | 'webrtc'

/** What a broadcaster tells its face. The CLI prints each as one line of JSON, with `t` added. */
export type BroadcastEvent =
  | { event: 'on-air'; link: string; key: string }
  | AudienceEvent
  | NamedRelayEvent
  | { event: 'source'; state: 'live' | 'stalled' | 'ended' }
  /** Audio in which nothing is to be heard, since `ms`; `ends` with its whole length. */
  | { event: 'silence'; state: 'begins' | 'ends'; ms: number }
  | BroadcastStats
  | { event: 'error'; code: string; message: string }
  | { event: 'ended'; reason: string; framesSent: number; durationMs: number }

/**
 * Once a second. `cpuMs` is the process's CPU time since its start, `rssKiB` its resident memory, `level` that of the audio
 * sent since the last one, null without audio, `uplinkBps` what the line is believed to carry, null when nothing is known.
 */
export interface BroadcastStats {
  event: 'stats'
  listeners: number
  framesSent: number
  bytesSent: number
  cpuMs: number
  rssKiB: number
  level: Levels | null
  uplinkBps: number | null
}

/** What a listener tells its face. `ms` counts from the start of `listen` unless said otherwise. */
export type ListenEvent =
  | TunerEvent
  | { event: 'first-audio'; ms: number; path: Path; via: Via }
  | { event: 'gap'; ms: number; concealed: number }
  /** The output device is lost (and tried again), or back, or who reads the pipe is too slow. */
  | { event: 'output'; state: 'lost' | 'back' | 'slow'; message: string }
  /** `framesRepaired`: lost on the way, and sent once more in time. */
  | ({ event: 'stats' } & ListenStats & ListenFigures)
  | ({ event: 'ended'; framesSent: number; relayHops: number; reason: string } & ListenFigures)

/** Once a second. `hops` of the latest frame; `relaying`: what goes to others, null while nobody can be served. */
interface ListenStats {
  bufferMs: number
  targetMs: number
  framesRepaired: number
  hops: number
  relaying: { children: number; bps: number; limitBps: number | null } | null
}

/**
 * From the first to the last sequence number heard: sent = played + concealed + lost. `framesDuplicate` counts frames
 * that reached the sink twice; redundant copies dropped on arrival are not among them.
 */
export interface ListenFigures {
  framesPlayed: number
  framesLost: number
  framesConcealed: number
  framesDuplicate: number
  framesByPath: Record<Path, number>
  interruptions: number
  latencyMs: { p50: number; p95: number }
  path: Path | null
  via: Via | null
}
