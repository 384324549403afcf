import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'
import type { Misconduct } from '../trust/distrust.ts'

export interface ClientInput {
  /** A further attempt so many ms after the latest while no parent is found. Default 300. */
  readonly staggerMs?: number
  /** Attempts at one time. Default 5. */
  readonly maxJoining?: number
  /** Rest between searches that found nobody. Default 1000. */
  readonly retryMs?: number
  /** Rest before another second parent is looked for. Default 2000. */
  readonly spareMs?: number
  /** How long a parent that was asked to take over may need for its first new frame. Default 2000. */
  readonly switchMs?: number
  /** From the first suspicion until a silent parent is given up. Default 1500. */
  readonly deadMs?: number
}

/** `first`: there is no parent; `second`: the warm one; `better`: to move to while the parent still sends. */
export type PickRole = 'first' | 'second' | 'better'

/** Why the audio is being moved from one parent to another. */
export type SwitchCause = 'silent' | 'ahead' | 'withdrawn' | 'better'

export type ClientTimer = 'pick' | 'spare' | 'switch' | 'dead'

export type ClientEvent =
  | { type: 'START' }
  /** Answers to `pick`. */
  | { type: 'FOUND'; role: PickRole; key: string }
  | { type: 'NOBODY'; role: PickRole }
  /** Somebody new may be asked. */
  | { type: 'KNOWN' }
  /**
   * A place was reserved, and the way from there to the source does not lead through us, as far as it knows. While others
   * hang on us (`feeds`) it has to show that before it becomes the only parent.
   */
  | { type: 'JOINED'; key: string; feeds: boolean }
  | { type: 'JOIN_FAILED'; key: string }
  /** Verified frames that we had already come from the parent that is to take over. */
  | { type: 'COPIES'; key: string }
  /** A verified frame from it is nearer to the source than ours: it may become the primary. */
  | { type: 'DELIVERS'; key: string }
  /** Neither a frame nor a heartbeat for max(300 ms, 4 x p99 gap). `jitterMs` is for the redial, drawn from 0..500. */
  | { type: 'SILENT'; key: string; jitterMs: number }
  /** A silent parent has spoken again. */
  | { type: 'ALIVE'; key: string }
  /** The second parent says that it has 15 frames and more beyond ours. */
  | { type: 'AHEAD'; key: string }
  /** The parent wants its place back. */
  | { type: 'WITHDRAWN'; key: string }
  | { type: 'GUILTY'; key: string; reason: Misconduct }
  | { type: 'LOST'; key: string; jitterMs: number }
  /** Somebody is clearly better, and has been for long enough. */
  | { type: 'BETTER'; key: string }
  | { type: 'STOP' }
  | TimerEvent<ClientTimer>

export type ClientEffect =
  /** Looks up the record and the topic of helpers; what they name comes as candidates. */
  | { type: 'search' }
  /** Chooses among the candidates; answered at once by FOUND or NOBODY. */
  | { type: 'pick'; role: PickRole }
  /** Connects and reserves a place. Ends in JOINED or, also by time-out, JOIN_FAILED. */
  | { type: 'join'; key: string; standby: boolean }
  /** Drops an attempt; its end is not awaited any more. */
  | { type: 'abandon'; key: string }
  /** Audio from this parent, from its ring on. */
  | { type: 'activate'; key: string }
  /** Heads only from this parent: it is the warm second. */
  | { type: 'rest'; key: string }
  /** Gives the place back. */
  | { type: 'leave'; key: string }
  /** This parent is the primary from now on. */
  | { type: 'adopt'; key: string; cause: SwitchCause | 'first' | 'lost' | 'guilty' }
  /** This one is the warm second. */
  | { type: 'spare'; key: string }
  /** There is no parent any more: children are to look for themselves if it lasts. */
  | { type: 'orphaned' }
  | { type: 'distrust'; key: string; reason: Misconduct }
  | StartTimer<ClientTimer>
  | StopTimer<ClientTimer>

export interface ClientContext extends Required<ClientInput> {
  readonly primary: string | undefined
  readonly second: string | undefined
  /** The parent that is taking over: it sends audio, but is not the primary yet. */
  readonly next: string | undefined
  readonly cause: SwitchCause
  /** The primary was asked to stop, so that what the next one sends is new. */
  readonly rested: boolean
  /** The next one sends, if nothing yet that is nearer to the source. */
  readonly sends: boolean
  readonly joining: readonly { readonly key: string; readonly role: PickRole }[]
  readonly jitterMs: number
}

export type ClientState = 'idle' | 'seeking' | 'live' | 'switching' | 'suspect' | 'stopped'
