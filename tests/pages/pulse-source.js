// In place of the microphone: ten milliseconds of a note to both ears every 503, so that no clock of 20 ms falls in step. When each
// was made is kept in `pulsesMade`. Runs before the page does.
globalThis.pulsesMade = []
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' })
  await context.audioWorklet.addModule(
    URL.createObjectURL(new Blob([globalThis.pulseWorklets], { type: 'text/javascript' })),
  )
  await context.resume()
  const source = new AudioWorkletNode(context, 'pulse-source', { outputChannelCount: [2] })
  source.port.addEventListener('message', ({ data }) => globalThis.pulsesMade.push(data))
  source.port.start()
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 2 })
  source.connect(destination)
  return destination.stream
}
