import { effect, signal } from '@preact/signals'
import { post } from '../engine/client.ts'
import workletUrl from './playout.worklet.ts?worker&url'

/** 0..1 */
export const volume = signal(1)
/** The browser lets a page play only once its user has done something. */
export const isAsleep = signal(false)
/** Between the ring and the ear, ms. */
export const outputMs = signal(0)

/** 40 ms of ring, which the playout does not know of. */
const RING_MS = 40
let opening: Promise<AudioContext> | undefined

/** Ready to play what the Worker decodes; again and again to no harm. Call it from a click. */
export async function openOutput(): Promise<void> {
  opening ??= open()
  const context = await opening
  if (context.state !== 'running') {
    isAsleep.value = true
    // Without a gesture this waits, perhaps for ever.
    void context.resume()
  }
}

async function open(): Promise<AudioContext> {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' })
  context.addEventListener('statechange', () => {
    isAsleep.value = context.state !== 'running'
    outputMs.value = RING_MS + 1000 * (context.baseLatency + context.outputLatency)
  })
  await context.audioWorklet.addModule(workletUrl)
  const options = { numberOfInputs: 0, outputChannelCount: [2] }
  const node = new AudioWorkletNode(context, 'pearcast-playout', options)
  const gain = new GainNode(context)
  node.connect(gain).connect(context.destination)
  // A volume control is felt right when its loudness, not its amplitude, is even.
  effect(() => void gain.gain.setTargetAtTime(volume.value ** 2, context.currentTime, 0.02))
  const { port1, port2 } = new MessageChannel()
  node.port.postMessage(port1, [port1])
  post({ type: 'output', port: port2 }, [port2])
  return context
}
