// The package's declarations are not named in its package.json; only what is used.
declare module '@alexanderolsen/libsamplerate-js' {
  interface SampleRateConverter {
    /** Streaming conversion of interleaved samples; keeps its filter's state between calls. */
    full(pcm: Float32Array): Float32Array
    destroy(): void
  }
  const library: {
    create(
      channels: number,
      fromRate: number,
      toRate: number,
      options: { converterType: 0 | 1 | 2 },
    ): Promise<SampleRateConverter>
  }
  export default library
}
