import type { Result } from '../run/run-scenario.ts'

/** The last line of `--json`. */
export interface Summary {
  backend: 'tun'
  /** Scenarios that were played. */
  pairs: number
  heard: number
  /** Silent, as theory or a named limit has it. */
  expectedSilent: number
  skipped: number
  failed: number
  /** Scenarios are never played again to make them pass. */
  retries: 0
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
    skipped,
    failed: results.filter(({ passed }) => !passed).length,
    retries: 0,
    firstSoundMs:
      firstSounds.length === 0
        ? null
        : { p50: percentile(firstSounds, 0.5), p95: percentile(firstSounds, 0.95) },
  }
}

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
