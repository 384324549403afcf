import { effect, signal } from '@preact/signals'
import { post } from '../engine/client.ts'
import workletUrl from './playout.worklet.ts?worker&url'

/** 0..1 */
export const volume = signal(1)
/** The browser lets a page play only once its user has done something. */
export const isAsleep = signal(false)
/** A context that may play still takes a moment to begin. */
const WAKES_WITHIN_MS = 1000
/** Where it can play, when the browser tells. */
export const outputs = signal<readonly MediaDeviceInfo[]>([])
/** '': the usual one. */
export const output = signal('')
/** Between the ring and the ear. */
export const outputMs = signal(0)

let opening: Promise<AudioContext> | undefined

/** Ready to play what the Worker decodes; again and again to no harm. Call it from a click. */
export async function openOutput(): Promise<void> {
  opening ??= open()
  const context = await opening
  if (context.state === 'running') return
  // Without a gesture this waits, perhaps for ever.
  void context.resume()
  tellLater(context)
}

function tellLater(context: AudioContext): void {
  setTimeout(() => (isAsleep.value = context.state !== 'running'), WAKES_WITHIN_MS)
}

export async function chooseOutput(deviceId: string): Promise<void> {
  const context = await opening
  const set: unknown = context && Reflect.get(context, 'setSinkId')
  if (typeof set !== 'function') return
  try {
    const done: unknown = Reflect.apply(set, context, [deviceId])
    await done
    output.value = deviceId
  } catch {
    // The device is gone meanwhile: what plays goes on where it was.
    output.value = ''
  }
}

async function listOutputs(): Promise<void> {
  const devices = await navigator.mediaDevices.enumerateDevices()
  const known = devices.filter(
    ({ deviceId, kind }) => kind === 'audiooutput' && deviceId !== '' && deviceId !== 'default',
  )
  outputs.value = 'setSinkId' in AudioContext.prototype ? known : []
}

async function open(): Promise<AudioContext> {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' })
  context.addEventListener('statechange', () => {
    if (context.state === 'running') isAsleep.value = false
    else tellLater(context)
    outputMs.value = 1000 * (context.baseLatency + context.outputLatency)
  })
  navigator.mediaDevices.addEventListener('devicechange', () => void listOutputs())
  void listOutputs()
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
