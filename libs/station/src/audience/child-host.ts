import type { FrameRing } from '@pearcast/media'
import type { Accepted, Announcement, Path, Parents, Reserve, Subscribe } from '@pearcast/protocol'
import type { RtcCarrier } from '../rtc-session.ts'
import type { FrameCopies } from './frame-copies.ts'
import type { SwitchQueue } from './switch-queue.ts'

/** What somebody who has children lends to each of them. */
export interface ChildHost<Child> {
  readonly copies: FrameCopies
  readonly ring: FrameRing
  /** The station's clock, unix microseconds; undefined while it is not known here. */
  readonly clockUs: () => number | undefined
  /** It asks for a place, renews it, or tells of room below it; the tree answers the child itself. */
  toTree: (child: Child, message: Reserve | Parents) => void
  /** False when there is no place, and the child was told; else `serve` was called. */
  subscribe: (child: Child, message: Subscribe) => boolean
  /** Its place is taken from it; it hears of others who carry the station. */
  evict: (child: Child) => void
  /** What a new subscriber is told first. */
  greet: (channel: number) => { accepted: Accepted; announcement: Announcement | undefined }
  /** Turns for receiving both paths at once. */
  readonly switches: SwitchQueue
  /** A WebRTC session as the sender, or undefined when this station or its slots do not allow one. */
  openRtc: (child: Child) => RtcCarrier | undefined
  joined: (child: Child) => void
  pathChanged: (child: Child, from: Path) => void
  /** It gets no audio for a while. */
  paused: (child: Child) => void
  /** It gets no audio any more, or its link is gone as well. */
  left: (child: Child, reason: string) => void
  gone: (child: Child, reason: string) => void
}
