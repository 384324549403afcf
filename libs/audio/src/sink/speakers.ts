import { AudioError } from '../error.ts'
import { FRAME_SAMPLES, SAMPLE_RATE, toInt16 } from '../format.ts'
import type { Channels } from '../format.ts'
import { Pacer } from '../pacer.ts'
import { missingAudioDevice } from './audio-device.ts'
import type { Sink, SinkIo } from './sink.ts'

/** The library rounds this up to a power of two of samples (85 ms) and asks for more at half of it. */
const DEVICE_BUFFER_MS = 50
/** A device that takes nothing for so long is gone. */
const STALLED_MS = 2000

/** What is used of the sound card library: hand over a block, be called when the next one is wanted. */
export interface Device {
  (block: Uint8Array, done: (error: Error | null) => void): void
  close(): void
}

export type OpenDevice = (channels: Channels) => Promise<Device>

/** The sound card sets the pace: a block is pulled when the device asks for one. */
export class SpeakerSink implements Sink {
  readonly #channels: Channels
  readonly #block: Float32Array
  readonly #pacer = new Pacer()
  #device: Device | undefined
  #running: Promise<void> | undefined
  #stopped = false
  readonly #openDevice: OpenDevice

  constructor(channels: Channels, openDevice: OpenDevice = openSoundCard) {
    this.#channels = channels
    this.#openDevice = openDevice
    this.#block = new Float32Array(FRAME_SAMPLES * channels)
  }

  /** @throws AudioError NO_AUDIO_DEVICE */
  static async open(channels: Channels): Promise<SpeakerSink> {
    const missing = await missingAudioDevice()
    if (missing !== undefined) throw AudioError.noAudioDevice(missing)
    return new SpeakerSink(channels)
  }

  async start(io: SinkIo): Promise<void> {
    this.#device = await this.#openDevice(this.#channels)
    this.#running = this.#run(io, this.#device)
    this.#running.catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#pacer.stop()
    this.#device?.close()
    await this.#running
  }

  async #run(io: SinkIo, device: Device): Promise<void> {
    while (!this.#stopped) {
      io.pull(this.#block)
      const failure = await play(device, this.#block)
      if (failure === undefined || this.#stopped) continue
      io.onError?.(failure)
      return this.#runSilently(io)
    }
  }

  /** The device is gone: what is played is still counted and ended as before. */
  async #runSilently(io: SinkIo): Promise<void> {
    while (await this.#pacer.next(FRAME_SAMPLES)) io.pull(this.#block)
  }
}

async function openSoundCard(channels: Channels): Promise<Device> {
  try {
    const { default: speaker } = await import('@audio/speaker')
    return speaker({
      sampleRate: SAMPLE_RATE,
      channels,
      bitDepth: 16,
      bufferSize: DEVICE_BUFFER_MS,
      backend: 'miniaudio',
    })
  } catch (error) {
    throw AudioError.noAudioDevice(error instanceof Error ? error.message : String(error))
  }
}

/** Resolves when the device wants the next block. */
function play(device: Device, block: Float32Array): Promise<AudioError | undefined> {
  // The device's thread reads it after this returns, so it is not shared between blocks.
  const pcm16 = Int16Array.from(block, toInt16)
  return new Promise((resolve) => {
    const stalled = setTimeout(
      () => resolve(AudioError.noAudioDevice('the sound card stopped taking sound')),
      STALLED_MS,
    )
    device(new Uint8Array(pcm16.buffer), (error) => {
      clearTimeout(stalled)
      resolve(error === null ? undefined : AudioError.noAudioDevice(error.message))
    })
  })
}
