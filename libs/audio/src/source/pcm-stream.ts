/** Decoded audio of one file, in the file's own rate and channels. */
export interface PcmStream {
  /** Hz */
  readonly sampleRate: number
  /** as decoded, 1..8, in WAVE order */
  readonly channels: number
  readonly title?: string | undefined
  readonly durationS?: number | undefined
  /** @returns the next interleaved samples, some 10..200 ms; undefined at the end */
  read(): Promise<Float32Array | undefined>
  /** Back to the first sample. */
  rewind(): Promise<void>
  /** Only of streams that may wait for ever: a read under way ends at once, as at the end. */
  cancel?(): void
  close(): Promise<void>
}
