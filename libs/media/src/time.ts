/** Sample rate of all media time: `ts48k` counts these. */
export const SAMPLES_PER_MS = 48
/** libopus works in units of 2.5 ms. */
export const OPUS_UNIT_SAMPLES = 120
export const MAX_FRAME_SAMPLES = 5760
/** 20 ms: pieces in which concealment is made without knowing what comes next. */
export const CHUNK_SAMPLES: number = 20 * SAMPLES_PER_MS

export function samplesToUs(samples: number): number {
  return (samples * 1000) / SAMPLES_PER_MS
}

export function usToSamples(us: number): number {
  return (us * SAMPLES_PER_MS) / 1000
}
