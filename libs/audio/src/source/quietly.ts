/* oxlint-disable no-console -- silencing it is the purpose */
/**
 * Runs a decoder that reports damaged frames through `console.error`, without the report: stderr belongs to the program. The
 * call must be synchronous up to its result or promise.
 */
export function quietly<T>(decode: () => T): T {
  const report = console.error
  console.error = () => undefined
  try {
    return decode()
  } finally {
    console.error = report
  }
}

/** One array per channel to one interleaved array. */
export function interleave(channelData: readonly Float32Array[], samples: number): Float32Array {
  const channels = channelData.length
  const pcm = new Float32Array(samples * channels)
  channelData.forEach((data, channel) => {
    for (let i = 0; i < samples; i++) pcm[i * channels + channel] = data[i] ?? 0
  })
  return pcm
}
