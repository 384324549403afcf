import type { ControlMessage } from '@pearcast/protocol'
import type { Carrier } from '../client/carriers.ts'
import type { HostLimits } from './admission.ts'

/** What a host wants done, by whoever has the sockets. */
export type RelayHostEffect =
  | { type: 'announce' }
  | { type: 'unannounce' }
  | { type: 'drained' }
  | { type: 'send'; key: string; message: ControlMessage }
  /** The child has audio from now on (`swarm`), or heads only; `warm`: it takes over from another parent. */
  | { type: 'serve'; key: string; channel: number; audio: boolean; warm: boolean; bytesPerS: number }
  /** What `room` says may be another than before. */
  | { type: 'room' }
  /**
   * Our place at our parent is to be for this one, who is to be told of it: over its link, if it is a child of ours, or by
   * dialling it.
   */
  | { type: 'hand-over'; to: string; link: string | undefined }
  /** It has no place any more; its link may close. */
  | { type: 'unserve'; key: string }

export interface RelayHostOptions {
  readonly self: string
  readonly perform: (effect: RelayHostEffect) => void
  readonly limits: HostLimits
  /** The keys from the broadcaster to our parent, both included: they get no place here. */
  readonly ancestors: () => readonly string[]
  /** Room for one more on this machine and its line, asked last. Default: always. */
  readonly hasRoom?: () => boolean
  /** Whether we want audio from this peer: then it gets none from us. */
  readonly isParent: (key: string) => boolean
  /** Who else carries the station. */
  readonly hints: (count: number) => readonly Carrier[]
  /** The broadcaster itself: fed from the beginning, fit, and at depth 0. */
  readonly isRoot?: boolean
}
