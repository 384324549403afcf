import { effect, signal } from '@preact/signals'
import { MAX_SLOTS } from '@pearcast/engine/schema'
import { post, state } from '../engine/client.ts'
import workletUrl from './capture.worklet.ts?worker&url'

/** The loudest sample of each slot in the last 60 ms, 0..1, before its fader. */
export const slotPeaks = signal<readonly number[]>([])

/** The slots that are heard here as well, behind their faders. None unless it is asked for: a microphone would howl. */
export const monitored = signal<ReadonlySet<number>>(new Set())

export interface Capture {
  context: AudioContext
  /** Its inputs are the slots. */
  node: AudioWorkletNode
}

let opening: Promise<Capture> | undefined
const used = new Set<number>()
const monitors = new Map<number, GainNode>()

/** One clock for all inputs: they reach the mixer sample by sample together. */
export async function openCapture(): Promise<Capture> {
  opening ??= open()
  const capture = await opening
  if (capture.context.state !== 'running') void capture.context.resume()
  return capture
}

export function freeSlot(): number | undefined {
  for (let slot = 0; slot < MAX_SLOTS; slot++) if (!used.has(slot)) return slot
  return undefined
}

export async function useSlot(slot: number, source: AudioNode): Promise<void> {
  const { context, node } = await openCapture()
  used.add(slot)
  source.connect(node, 0, slot)
  source.connect(monitorOf(slot, context))
  node.port.postMessage({ slots: [...used] })
}

export async function releaseSlot(slot: number): Promise<void> {
  const { node } = await openCapture()
  used.delete(slot)
  monitor(slot, false)
  node.port.postMessage({ slots: [...used] })
}

export function monitor(slot: number, isOn: boolean): void {
  const others = [...monitored.value].filter((each) => each !== slot)
  monitored.value = new Set(isOn ? [...others, slot] : others)
}

function monitorOf(slot: number, context: AudioContext): GainNode {
  const known = monitors.get(slot)
  if (known !== undefined) return known
  const gain = new GainNode(context, { gain: 0 })
  gain.connect(context.destination)
  monitors.set(slot, gain)
  effect(() => {
    const strip = state.value?.inputs.find((each) => each.slot === slot)
    const isHeard = monitored.value.has(slot) && strip?.muted === false && strip.gainDb > -60
    gain.gain.setTargetAtTime(isHeard ? 10 ** (strip.gainDb / 20) : 0, context.currentTime, 0.02)
  })
  return gain
}

async function open(): Promise<Capture> {
  const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' })
  await context.audioWorklet.addModule(workletUrl)
  const node = new AudioWorkletNode(context, 'pearcast-capture', {
    numberOfInputs: MAX_SLOTS,
    numberOfOutputs: 1,
    channelCount: 2,
    channelCountMode: 'explicit',
  })
  // It is silent, and runs only when it leads somewhere.
  node.connect(context.destination)
  node.port.addEventListener('message', ({ data }: MessageEvent<{ slot: number; peak: number }[]>) => {
    const peaks = [...slotPeaks.value]
    for (const { slot, peak } of data) peaks[slot] = peak
    slotPeaks.value = peaks
  })
  node.port.start()
  const { port1, port2 } = new MessageChannel()
  node.port.postMessage({ target: port1 }, [port1])
  post({ type: 'input', port: port2 }, [port2])
  return { context, node }
}
