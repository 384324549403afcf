import type { Heard } from './ears.ts'
import type { Link } from './link.ts'
import type { VirtualPeer } from './virtual-peer.ts'

/** How frames and heartbeats come from parents to children: one by one, or as intervals. */
export interface Media {
  start(peer: VirtualPeer): void
  /** Called before a peer gets a message, an end of a link, or the time. */
  before(peer: VirtualPeer): void
  /** Called after it. */
  after(peer: VirtualPeer): void
  /** It died, lost its parent, or found one. */
  voiceChanged(peer: VirtualPeer): void
  /** Whether anything passes this link changed. */
  refresh(link: Link): void
  /** A host begins to send audio, or heads only. */
  serve(link: Link, audio: boolean, warm: boolean): void
  /** The newest frame that came to a peer until now, whether it was told or not. */
  heard(peer: VirtualPeer): Heard
  /** Whether what comes now from the parent that is to take over came before: it is told with what comes later. */
  putsOff(peer: VirtualPeer): boolean
  /** When a peer has to be woken for what comes; Infinity if it can be told later. */
  nextMs(peer: VirtualPeer): number
}
