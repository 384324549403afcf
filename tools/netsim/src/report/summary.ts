import type { Result } from '../run/run-scenario.ts'

/** The last line of `--json`. */
export interface Summary {
  backend: 'tun'
  /** Scenarios that were played. */
  pairs: number
  heard: number
  /** Silent, as theory or a named limit has it. */
  expectedSilent: number
  /** Negative controls that failed as they must. */
  controls: number
  skipped: number
  failed: number
  /** Plays that failed where the machine stood still too long to measure anything, and were played once again. */
  retries: number
  /** The signal that ended it before everything was played. */
  interrupted?: string
  /** First sound over all that were heard, ms. */
  firstSoundMs: { p50: number; p95: number } | null
}

export function summaryOf(results: readonly Result[], skipped: number): Summary {
  const firstSounds = results.flatMap(({ heard }) => (heard === undefined ? [] : [heard.firstSoundMs]))
  return {
    backend: 'tun',
    pairs: results.length,
    heard: firstSounds.length,
    expectedSilent: results.filter(({ passed, expected }) => passed && expected === 'silent').length,
    controls: results.filter(({ passed, expected }) => passed && expected === 'failure').length,
    skipped,
    failed: results.filter(({ passed }) => !passed).length,
    retries: results.filter(({ setAside }) => setAside !== undefined).length,
    firstSoundMs:
      firstSounds.length === 0
        ? null
        : { p50: percentile(firstSounds, 0.5), p95: percentile(firstSounds, 0.95) },
  }
}

/** The last line for people. Each play counts once: the numbers add up to what was played. */
export function closing(results: readonly Result[], durationMs: number, interrupted?: string): string {
  const { pairs, expectedSilent, controls, failed, retries, firstSoundMs } = summaryOf(results, 0)
  const heard = results.filter(({ passed, expected }) => passed && expected === 'heard').length
  const told = pairs - heard - expectedSilent - controls - failed
  const first =
    firstSoundMs === null ? '' : `, first sound p50 ${firstSoundMs.p50} ms, p95 ${firstSoundMs.p95} ms`
  const counts = [
    `${pairs} played`,
    `${heard} heard`,
    `${expectedSilent} rightly silent`,
    ...(told === 0 ? [] : [`${told} rightly told why`]),
    ...(controls === 0
      ? []
      : [controls === 1 ? '1 control failed as it must' : `${controls} controls failed as they must`]),
    `${failed} failed`,
    ...(retries === 0 ? [] : [`${retries} played again because the machine had stood still`]),
  ]
  const cut = interrupted === undefined ? '' : `, interrupted by ${interrupted}`
  return `${counts.join(', ')}${first}; ${(durationMs / 1000).toFixed(0)} s${cut}`
}

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
