import type { Frame, Path, SourceHeartbeat } from '@pearcast/protocol'

/** Is told what is verified, as it comes: for whoever plays it elsewhere, with a playout of its own. */
export interface MediaTap {
  /**
   * Another copy of a frame, by another path, comes too. `offsetUs`: the station's clock minus ours, NaN before it is known.
   * Hot.
   */
  onFrame(frame: Frame, path: Path, offsetUs: number): void
  onHeartbeat(heartbeat: SourceHeartbeat): void
  /** The parent has sent nothing after `headSeq`; 0: nothing of this run at all. */
  onStart(headSeq: number): void
  /** Another run of the station begins, with sequence numbers of its own. */
  onReset(): void
}
