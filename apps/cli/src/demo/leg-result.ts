import type { ListenEvent, ListenFigures } from '@pearcast/station'
import type { Comparison } from '@pearcast/audio'
import type { Leg, LegResult } from '../events.ts'
import type { TimedEvent } from './child-command.ts'

/** Keeps of a listener's events what the result is made of. */
export class HeardLeg {
  #firstAudioMs: number | null = null
  #figures: (ListenFigures & { framesSent: number }) | undefined

  take(event: TimedEvent<ListenEvent>): void {
    if (event.event === 'first-audio') this.#firstAudioMs ??= event.ms
    if (event.event === 'ended') this.#figures = event
  }

  get wasHeard(): boolean {
    return (this.#figures?.framesPlayed ?? 0) > 0
  }

  result(leg: Leg, measured: Comparison | undefined, recording: string): LegResult {
    const figures = this.#figures
    return {
      leg,
      path: figures?.path ?? null,
      via: figures?.via ?? null,
      firstAudioMs: this.#firstAudioMs,
      latencyMs: figures && this.wasHeard ? figures.latencyMs : null,
      framesSent: figures?.framesSent ?? 0,
      framesPlayed: figures?.framesPlayed ?? 0,
      framesLost: figures?.framesLost ?? 0,
      framesConcealed: figures?.framesConcealed ?? 0,
      framesDuplicate: figures?.framesDuplicate ?? 0,
      framesByPath: figures?.framesByPath ?? { swarm: 0, webrtc: 0, relayed: 0 },
      correlation: rounded(measured?.correlation, 4),
      loudnessDiffDb: rounded(measured?.loudnessDiffDb, 2),
      recording: measured === undefined ? null : recording,
    }
  }
}

/** JSON has no infinity: the loudness of silence becomes null. */
function rounded(value: number | undefined, digits: number): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits))
}
