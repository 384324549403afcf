import type { LegResult } from '../events.ts'
import { count } from '../terminal/text.ts'

/** Below this the recording is not what was sent: Opus at 96 kbit/s reaches more than 0.98 on music. */
export const MIN_CORRELATION = 0.97

/** Why the demo failed, a reason a leg and fault; none when every leg was heard whole. */
export function faultsOf(legs: readonly LegResult[]): string[] {
  return legs.flatMap((result) => legFaults(result).map((fault) => `${result.leg}: ${fault}`))
}

function legFaults({ framesPlayed, framesLost, framesDuplicate, correlation }: LegResult): string[] {
  if (framesPlayed === 0) return ['nothing was heard']
  return [
    ...(framesLost > 0 ? [`${count(framesLost, 'frame')} lost`] : []),
    ...(framesDuplicate > 0 ? [`${count(framesDuplicate, 'frame')} played twice`] : []),
    ...(correlation === null || correlation < MIN_CORRELATION
      ? [`the recording is unlike the source (correlation ${correlation?.toFixed(3) ?? 'unknown'})`]
      : []),
  ]
}

/** Sound is real time: a computer with more to do than cores to do it on drops frames, which proves nothing. */
export function busyHint(loadAverage: number, cores: number): string {
  if (loadAverage <= cores) return ''
  return ` (this computer was busy, load ${loadAverage.toFixed(1)} on ${count(cores, 'core')}: try again when it is not)`
}
