// What the page plays, kept for a test: whatever a gain sends to the loudspeaker is recorded beside. Runs before the page does.
const BLOCK_SAMPLES = 16_384
const kept = [[], []]
const recorders = new WeakMap()
// oxlint-disable-next-line typescript/unbound-method -- called with the node it is of
const connect = AudioNode.prototype.connect

function recorderOf(context) {
  let recorder = recorders.get(context)
  if (recorder === undefined) {
    recorder = context.createScriptProcessor(BLOCK_SAMPLES, 2, 2)
    recorder.addEventListener('audioprocess', ({ inputBuffer }) => {
      for (const ear of [0, 1]) for (const sample of inputBuffer.getChannelData(ear)) kept[ear].push(sample)
    })
    recorders.set(context, recorder)
    connect.call(recorder, context.destination)
  }
  return recorder
}

AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode && this instanceof GainNode) {
    globalThis.playing = this.context
    connect.call(this, recorderOf(this.context))
  }
  return connect.call(this, to, ...rest)
}

/** The next samples of each ear, as 16 bit; fewer when they do not come within the time. */
globalThis.recordOutput = async (samples, withinMs) => {
  for (const ear of kept) ear.length = 0
  // The first two blocks hold what was played before.
  const skipped = 2 * BLOCK_SAMPLES
  const deadlineMs = performance.now() + withinMs
  while (kept[0].length < samples + skipped && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 100))
  return kept.map((ear) => ear.slice(skipped, skipped + samples).map((sample) => Math.round(sample * 32_768)))
}
