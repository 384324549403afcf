// Runs in the page of `src/chromium.test.ts`: a listener made of nothing but what browsers have.

const connection = new RTCPeerConnection({ iceServers: [] })
const analysers = []
let context

connection.ontrack = ({ track }) => {
  const stream = new MediaStream([track])
  // Chromium pulls a remote track only while an element plays it.
  const element = new Audio()
  element.srcObject = stream
  void element.play()
  context = new AudioContext({ sampleRate: 48_000 })
  const source = context.createMediaStreamSource(stream)
  const splitter = context.createChannelSplitter(2)
  source.connect(splitter)
  for (const ear of [0, 1]) {
    const analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0 })
    splitter.connect(analyser, ear)
    analysers.push(analyser)
  }
}
connection.onicecandidate = ({ candidate }) => {
  if (candidate) void globalThis.tellCandidate(candidate.candidate)
}

/** The answer to an offer; stereo is what a receiver has to ask for. */
globalThis.accept = async (offer) => {
  await connection.setRemoteDescription({ type: 'offer', sdp: offer })
  const answer = await connection.createAnswer()
  const sdp = answer.sdp.replace(/a=fmtp:111 /, 'a=fmtp:111 stereo=1;')
  await connection.setLocalDescription({ type: 'answer', sdp })
  return sdp
}

globalThis.addCandidate = (candidate) => connection.addIceCandidate({ candidate, sdpMid: '0' })

/** What inbound-rtp says, and the loudest frequency of each ear with its level. */
globalThis.observe = async () => {
  const stats = [...(await connection.getStats()).values()]
  const inbound = stats.find(({ type }) => type === 'inbound-rtp')
  return {
    state: connection.connectionState,
    packetsReceived: inbound?.packetsReceived ?? 0,
    packetsLost: inbound?.packetsLost ?? 0,
    concealedSamples: (inbound?.concealedSamples ?? 0) - (inbound?.silentConcealedSamples ?? 0),
    totalAudioEnergy: inbound?.totalAudioEnergy ?? 0,
    totalSamplesReceived: inbound?.totalSamplesReceived ?? 0,
    ears: analysers.map(loudest),
  }
}

function loudest(analyser) {
  const decibels = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatFrequencyData(decibels)
  const bin = decibels.indexOf(Math.max(...decibels))
  return { hz: (bin * context.sampleRate) / analyser.fftSize, db: decibels[bin] }
}
