/** What forwarding needs to know of a frame; a decoded frame of `libs/protocol` is one. */
export interface RelayFrame {
  /** Counts the frames of one run. */
  readonly seq: number
  /** Relays passed before it came here. */
  readonly hops: number
  readonly body: { readonly length: number }
}

/** The newest frames by sequence number; `FrameRing` of `libs/media` is one. */
export interface RelayRing<F extends RelayFrame> {
  /** The highest sequence number so far, -1 before the first. */
  readonly head: number
  get(seq: number): F | undefined
  /** False when it is too old to keep. */
  put(frame: F): boolean
  clear(): void
}

/** What the forwarder asks of its surroundings. Each is called per frame, none may keep or wait. */
export interface ForwarderPorts<F extends RelayFrame> {
  readonly ring: RelayRing<F>
  /** The station's signature; asked once for each frame, and for each forged copy of it. */
  readonly verify: (frame: F) => boolean
  /** Whether a frame is the one that is known, signature included; cheaper than verifying it. */
  readonly isCopy: (known: F, frame: F) => boolean
  /** Our hops from the broadcaster, see `Lineage`: what is written into every frame that we send. */
  readonly depth: () => number
  /** Sends a frame to a child, with the hops to write into it. False: the transport has no room. */
  readonly send: (child: string, frame: F, hops: number) => boolean
  /** A verified frame came: true when it may be passed on, see `RelayClient.frame`. */
  readonly admit: (from: string, frame: F, isNew: boolean, nowMs: number) => boolean
  /** This peer sent what the station never signed. */
  readonly forged: (from: string, nowMs: number) => void
  /** What came from this peer is of no use to anybody, though it may be genuine. */
  readonly useless: (from: string, nowMs: number) => void
  /** This child does not keep up. */
  readonly slow: (child: string, nowMs: number) => void
}
