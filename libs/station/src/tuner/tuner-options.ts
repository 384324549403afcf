import type { Frame, Path, SourceHeartbeat, StationLink } from '@pearcast/protocol'
import type { Address, DhtNode } from '@pearcast/swarm'
import type { PathMode } from '../events.ts'
import type { IdentityStore } from '../identity/store.ts'
import type { RtcChoice } from '../rtc-choice.ts'
import type { RelayMode } from './branch.ts'
import type { Intake } from './intake.ts'
import type { TunerEvent } from './tuner-event.ts'

/** Whoever plays what is heard, or at least keeps it whole for others. */
export interface TunerPlayer {
  start: () => void
  /** Another run of the station begins. */
  reset: () => void
  /** The parent has sent nothing after `headSeq`. */
  startAfter: (headSeq: number) => void
  /** Verified, or another copy of what was. Hot. */
  onFrame: (frame: Frame, path: Path, nowUs: number) => void
  onHeartbeat: (heartbeat: SourceHeartbeat, nowUs: number) => void
  /** Frames were asked for again. */
  awaitRepair: () => void
  /** A few times a second: how long lost frames are worth asking for. */
  tuneRepair: (intake: Intake) => void
}

export interface TunerOptions {
  link: StationLink
  role: 'listener' | 'relay'
  /** Remembers the highest run heard of each station, across restarts. */
  store?: IdentityStore | undefined
  bootstrap?: readonly Address[] | undefined
  /** One that others use too; it stays open. Default: a node of its own. */
  node?: DhtNode | undefined
  /** The station comes to us, see `push`: it is not searched for. Default false. */
  pushed?: boolean | undefined
  path: PathMode
  rtc?: RtcChoice | undefined
  /** Pass on the signaling of listeners who cannot reach the station. Default true. */
  assist?: boolean | undefined
  relay: RelayMode
  uplinkBps?: number | undefined
  maxChildren?: number | undefined
  hasRoom?: (() => boolean) | undefined
  player: TunerPlayer
  onEvent: (event: TunerEvent) => void
  onEnd: (reason: string) => void
}
