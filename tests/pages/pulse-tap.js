// When each pulse leaves for the ear, in `pulsesHeard`: when it was rendered, and what the browser says that its output takes.
// Runs before the page does.
globalThis.pulsesHeard = []
// oxlint-disable-next-line typescript/unbound-method -- called with the node it is of
const connect = AudioNode.prototype.connect
let isTapped = false

async function tap(gain) {
  const { context } = gain
  await context.audioWorklet.addModule(
    URL.createObjectURL(new Blob([globalThis.pulseWorklets], { type: 'text/javascript' })),
  )
  const node = new AudioWorkletNode(context, 'pulse-tap', { numberOfOutputs: 1 })
  node.port.addEventListener('message', ({ data }) =>
    globalThis.pulsesHeard.push(data + 1000 * (context.baseLatency + context.outputLatency)),
  )
  node.port.start()
  connect.call(gain, node)
  // It is silent, and runs only when it leads somewhere.
  connect.call(node, context.destination)
}

AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode && this instanceof GainNode && !isTapped) {
    isTapped = true
    void tap(this)
  }
  return connect.call(this, to, ...rest)
}
