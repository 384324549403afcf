import { missingAudioDevice } from '../device/audio-device.ts'
import { resolveOutput } from '../device/list-devices.ts'
import { AudioError } from '../error.ts'
import { FRAME_SAMPLES, SAMPLE_RATE, toInt16 } from '../format.ts'
import type { Channels } from '../format.ts'
import { Pacer } from '../pacer.ts'
import type { Sink, SinkIo } from './sink.ts'

/** The library rounds this up to a power of two of samples (85 ms) and asks for more at half of it. */
const DEVICE_BUFFER_MS = 50
/** A device that takes nothing for so long is gone. */
const STALLED_MS = 2000
const RETRY_MS = 1000

/** What is used of the sound card library: hand over a block, be called when the next one is wanted. */
export interface Device {
  (block: Uint8Array, done: (error: Error | null) => void): void
  close(): void
}

/** @throws AudioError NO_AUDIO_DEVICE */
export type OpenDevice = (channels: Channels) => Promise<Device>

export interface SpeakerOptions {
  /** 1: as it is */
  volume?: number | undefined
  /** id or name; default: the system's default device */
  device?: string | undefined
}

/** The sound card sets the pace: a block is pulled when the device asks for one. A card that is lost is opened again. */
export class SpeakerSink implements Sink {
  readonly #channels: Channels
  readonly #volume: number
  readonly #block: Float32Array
  readonly #openDevice: OpenDevice
  #pacer = new Pacer()
  #device: Device | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(channels: Channels, openDevice: OpenDevice = openSoundCard, volume = 1) {
    this.#channels = channels
    this.#openDevice = openDevice
    this.#volume = volume
    this.#block = new Float32Array(FRAME_SAMPLES * channels)
  }

  /** @throws AudioError NO_AUDIO_DEVICE, OUTPUT_DEVICE_UNKNOWN, DEVICE_NOT_SELECTABLE, NO_FFMPEG */
  static async open(channels: Channels, { device, volume }: SpeakerOptions = {}): Promise<SpeakerSink> {
    const missing = await missingAudioDevice('output')
    if (missing !== undefined) throw AudioError.noAudioDevice(missing)
    if (device !== undefined) {
      // The library has no such option; libpulse, which it loads, reads this when it connects.
      process.env['PULSE_SINK'] = await resolveOutput(device)
    }
    return new SpeakerSink(channels, openSoundCard, volume)
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

  async #run(io: SinkIo, first: Device): Promise<void> {
    let device = first
    while (!this.#stopped) {
      io.pull(this.#block)
      const failure = await play(device, this.#block, this.#volume)
      if (failure === undefined || this.#stopped) continue
      io.onNotice?.({ state: 'lost', why: failure })
      this.#device = undefined
      device.close()
      const next = await this.#runSilently(io)
      if (next === undefined) return
      device = next
      io.onNotice?.({ state: 'back' })
    }
  }

  /** What would be played is still counted, and ends, as before. @returns the device once it is back */
  async #runSilently(io: SinkIo): Promise<Device | undefined> {
    this.#pacer = new Pacer()
    const reopening = this.#reopen().finally(() => this.#pacer.stop())
    while (await this.#pacer.next(FRAME_SAMPLES)) io.pull(this.#block)
    return this.#stopped ? undefined : reopening
  }

  async #reopen(): Promise<Device | undefined> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      if (this.#stopped) return undefined
      const device = await this.#openDevice(this.#channels).catch(() => undefined)
      if (device === undefined) continue
      if (this.#stopped) {
        device.close()
        return undefined
      }
      this.#device = device
      return device
    }
  }
}

/** The library opens a silent stand-in where there is no device: looked for before each opening. */
async function openSoundCard(channels: Channels): Promise<Device> {
  const missing = await missingAudioDevice('output')
  if (missing !== undefined) throw AudioError.noAudioDevice(missing)
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

/** Resolves when the device wants the next block. @returns why it does not play it */
function play(device: Device, block: Float32Array, volume: number): Promise<string | undefined> {
  // The device's thread reads it after this returns, so it is not shared between blocks.
  const pcm16 = Int16Array.from(block, (sample) => toInt16(sample * volume))
  return new Promise((resolve) => {
    const stalled = setTimeout(() => resolve('the sound card stopped taking sound'), STALLED_MS)
    device(new Uint8Array(pcm16.buffer), (error) => {
      clearTimeout(stalled)
      resolve(error === null ? undefined : error.message)
    })
  })
}
