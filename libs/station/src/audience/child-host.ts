import type { FrameRing } from '@pearcast/media'
import type { Accepted, Path } from '@pearcast/protocol'
import type { RtcCarrier } from '../rtc-session.ts'
import type { FrameCopies } from './frame-copies.ts'
import type { SwitchQueue } from './switch-queue.ts'

/** What a broadcaster lends to each of its children. */
export interface ChildHost<Child> {
  readonly copies: FrameCopies
  readonly ring: FrameRing
  /** Undefined when admitted; else why not. */
  admit: (child: Child) => 'full' | 'not-allowed' | undefined
  describe: (channel: number) => Accepted
  /** Turns for receiving both paths at once. */
  readonly switches: SwitchQueue
  /** A WebRTC session as the sender, or undefined when this station or its slots do not allow one. */
  openRtc: (child: Child) => RtcCarrier | undefined
  joined: (child: Child) => void
  pathChanged: (child: Child, from: Path) => void
  /** It gets no audio for a while. */
  paused: (child: Child) => void
  left: (child: Child, reason: string) => void
}
