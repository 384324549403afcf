// In place of the microphone: ten milliseconds of a note to both ears, three times a second. When each came into the page
// is kept in `pulsesCaptured`, when it left for the ear in `pulsesHeard`: when it was rendered, and what the browser says
// that its output takes. Runs before the page does.
globalThis.pulsesCaptured = []
globalThis.pulsesHeard = []
// oxlint-disable-next-line typescript/unbound-method -- called with the node it is of
const connect = AudioNode.prototype.connect
const tapped = new Set()

function addWorklets(context) {
  const url = URL.createObjectURL(new Blob([globalThis.pulseWorklets], { type: 'text/javascript' }))
  return context.audioWorklet.addModule(url)
}

async function tap(from, pulses, outputMs) {
  if (tapped.has(pulses)) return
  tapped.add(pulses)
  const { context } = from
  await addWorklets(context)
  const node = new AudioWorkletNode(context, 'pulse-tap')
  node.port.addEventListener('message', ({ data }) => pulses.push(data + outputMs(context)))
  node.port.start()
  connect.call(from, node)
  // It is silent, and runs only when it leads somewhere.
  connect.call(node, context.destination)
}

AudioNode.prototype.connect = function (to, ...rest) {
  if (this instanceof MediaStreamAudioSourceNode && to instanceof AudioWorkletNode)
    void tap(this, globalThis.pulsesCaptured, () => 0)
  if (this instanceof GainNode && to instanceof AudioDestinationNode)
    void tap(
      this,
      globalThis.pulsesHeard,
      ({ baseLatency, outputLatency }) => 1000 * (baseLatency + outputLatency),
    )
  return connect.call(this, to, ...rest)
}

navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' })
  await addWorklets(context)
  await context.resume()
  const source = new AudioWorkletNode(context, 'pulse-source', { outputChannelCount: [2] })
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 2 })
  connect.call(source, destination)
  return destination.stream
}
