import type { Path } from '@pearcast/protocol'
import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'

/** The two paths between a listener and one sender; `relayed` says that the sender itself is not the source. */
export type DirectPath = Extract<Path, 'swarm' | 'webrtc'>

/** `auto` prefers WebRTC where it is no worse; the others use one path only. */
export type PathMode = 'auto' | DirectPath

export interface PathsInput {
  readonly mode: PathMode
  /** No other switch by quality for so long after one. Default 60 000. */
  readonly holdMs?: number
  /** Rest before WebRTC is asked for again. Default 60 000. */
  readonly requestMs?: number
  /** Longest time both paths carry audio without the new one qualifying. Default 10 000. */
  readonly probeMs?: number
  /** Rest before a selection is repeated whose old path still sends. Default 2000. */
  readonly leaveMs?: number
}

export type PathsTimer = 'hold' | 'request' | 'probe' | 'leave'

export type PathsEvent =
  | { type: 'SWARM_UP' }
  | { type: 'SWARM_DOWN' }
  | { type: 'WEBRTC_CONNECTED' }
  | { type: 'WEBRTC_FAILED' }
  /** While both carry audio: 10 consecutive verified frames came on this path no later than on the active one. */
  | { type: 'PATH_QUALIFIED'; path: DirectPath }
  /** Neither a frame nor a heartbeat came on this path for the silence limit. */
  | { type: 'PATH_SILENT'; path: DirectPath }
  /** >= 15 ms p95 later or >= 1 % more residual loss than it should have, sustained for 10 s. */
  | { type: 'PATH_WORSE'; path: DirectPath }
  | { type: 'STOP' }
  | TimerEvent<PathsTimer>

export type PathsEffect =
  /** Asks the sender for copies over WebRTC, negotiating it first where there is none. */
  | { type: 'request-webrtc' }
  /** Asks the sender for copies over the swarm link. */
  | { type: 'request-swarm' }
  /** Tells the sender which path carries the audio; it stops the other. */
  | { type: 'select'; path: DirectPath }
  | { type: 'notify-path'; from: DirectPath | 'none'; to: DirectPath | 'none' }
  | StartTimer<PathsTimer>
  | StopTimer<PathsTimer>

export interface PathsContext extends Required<PathsInput> {
  readonly swarmUp: boolean
  readonly webrtcUp: boolean
  readonly holding: boolean
}

/** `alone`: only this path carries audio; `probing`: both do; `leaving`: the other is selected, this one still sends. */
type Phase = 'alone' | 'probing' | 'leaving'

export type PathsState = 'none' | { swarm: Phase } | { webrtc: Phase } | 'stopped'

/** The one path that counts as carrying the audio. */
export function activePath(state: PathsState): DirectPath | 'none' {
  if (typeof state === 'string') return 'none'
  return 'swarm' in state ? 'swarm' : 'webrtc'
}
