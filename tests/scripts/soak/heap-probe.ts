/** Preloaded into the process that is measured: on SIGUSR2 it collects its garbage and says what is left. */
process.on('SIGUSR2', () => {
  globalThis.gc?.()
  const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage()
  console.log(JSON.stringify({ event: 'heap', t: Date.now(), heapUsed, external, arrayBuffers, rss }))
})
