import type { Path, StationAbout, Via } from '@pearcast/protocol'

/** What somebody who receives a station has to tell. `ms` counts from its start. */
export type TunerEvent =
  | { event: 'searching' }
  | { event: 'connected'; ms: number; via: Via }
  /** What the station says of itself; again when that changes. `bitrate` in bit/s. */
  | ({ event: 'station' } & Pick<
      StationAbout,
      'bitrate' | 'channels' | 'description' | 'nowPlaying' | 'title'
    >)
  | { event: 'path'; from: Path; to: Path; via: Via; ms: number }
  | { event: 'reconnecting'; attempt: number }
  | { event: 'off-air' }
  /** Who sends the audio now, null for nobody, `hops`: relays in between. */
  | { event: 'parent'; key: string | null; hops: number; cause: string }
  /** A peer did what no honest peer does, and is left. */
  | { event: 'distrusted'; key: string; reason: string }
  /** Others can find this peer under `key`, or no longer. */
  | { event: 'announced'; announced: boolean; key: string }
  /** Somebody gets the audio from us, or no longer. */
  | { event: 'child-joined'; id: string; via: Via }
  | { event: 'child-left'; id: string; reason: string }
  | { event: 'error'; code: string; message: string }
