import { LevelMeter, type AudioSource, type SourceItem } from '@pearcast/audio'
import type { Audience } from '../audience/audience.ts'
import type { BroadcastEvent } from '../events.ts'
import { SilenceWatch } from './silence-watch.ts'

/** How often `tell` is called. */
export const STATS_MS = 1000

export interface BroadcastStatsOptions {
  channels: AudioSource['channels']
  audience: Pick<Audience, 'bytesSent' | 'size' | 'uplinkBps'>
  framesSent: () => number
  onEvent: (event: BroadcastEvent) => void
}

/** What the broadcaster says of itself each second: how loud it is, for how many, and what that costs. */
export class BroadcastStats {
  readonly #options: BroadcastStatsOptions
  readonly #meter: LevelMeter
  readonly #silence = new SilenceWatch()

  constructor(options: BroadcastStatsOptions) {
    this.#options = options
    this.#meter = new LevelMeter(options.channels)
  }

  /** Goes on air now. Hot. */
  add(item: SourceItem): void {
    this.#meter.add(item)
  }

  tell(): void {
    const { audience, framesSent, onEvent } = this.#options
    const { user, system } = process.cpuUsage()
    const level = this.#meter.take()
    const silence = this.#silence.add(level && level.rmsDb, STATS_MS)
    if (silence !== undefined) onEvent({ event: 'silence', ...silence })
    onEvent({
      event: 'stats',
      listeners: audience.size,
      framesSent: framesSent(),
      bytesSent: audience.bytesSent,
      cpuMs: Math.round((user + system) / 1000),
      rssKiB: Math.round(process.memoryUsage.rss() / 1024),
      level,
      uplinkBps: audience.uplinkBps ?? null,
    })
  }
}
