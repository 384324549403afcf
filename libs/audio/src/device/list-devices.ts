import { AudioError } from '../error.ts'
import { askFfmpeg } from '../ffmpeg/ffmpeg.ts'
import { missingAudioDevice, type Direction } from './audio-device.ts'
import {
  findDevice,
  isAlsaPlugin,
  parseAvfoundation,
  parseDshow,
  parseFfmpegDevices,
} from './parse-devices.ts'
import type { AudioDevice } from './parse-devices.ts'
import { hasPulseServer } from './sound-server.ts'

/** ffmpeg's names of the systems that own the devices. */
export type SoundSystem = 'pulse' | 'alsa' | 'avfoundation' | 'dshow'

export interface AudioDevices {
  system: SoundSystem
  inputs: AudioDevice[]
  /** Of `avfoundation` and `dshow` nothing is known but that there is a default. */
  outputs: AudioDevice[]
}

const DEFAULT_OUTPUT: AudioDevice = { id: 'default', name: 'the default device', isDefault: true }

/** What this machine can record from and play to, asked through ffmpeg. @throws AudioError NO_FFMPEG */
export async function listDevices(): Promise<AudioDevices> {
  const system = await soundSystem()
  switch (system) {
    case 'alsa':
      return { system, inputs: await alsaDevices('input'), outputs: await alsaDevices('output') }
    case 'pulse': {
      const [inputs, outputs] = [await ask(['-sources', system]), await ask(['-sinks', system])]
      return { system, inputs: parseFfmpegDevices(inputs), outputs: parseFfmpegDevices(outputs) }
    }
    case 'avfoundation': {
      const text = await ask(['-f', system, '-list_devices', 'true', '-i', ''])
      return { system, inputs: parseAvfoundation(text), outputs: [DEFAULT_OUTPUT] }
    }
    case 'dshow': {
      const text = await ask(['-f', system, '-list_devices', 'true', '-i', 'dummy'])
      return { system, inputs: parseDshow(text), outputs: [DEFAULT_OUTPUT] }
    }
  }
}

/** ALSA has its plugins in the list, also where no card is. */
async function alsaDevices(direction: Direction): Promise<AudioDevice[]> {
  if ((await missingAudioDevice(direction)) !== undefined) return []
  const found = parseFfmpegDevices(await ask([direction === 'input' ? '-sources' : '-sinks', 'alsa']))
  return found.filter(({ id }) => !isAlsaPlugin(id))
}

async function soundSystem(): Promise<SoundSystem> {
  if (process.platform === 'darwin') return 'avfoundation'
  if (process.platform === 'win32') return 'dshow'
  return (await hasPulseServer()) ? 'pulse' : 'alsa'
}

/**
 * The id of the output device that a user means.
 * @throws AudioError OUTPUT_DEVICE_UNKNOWN, DEVICE_NOT_SELECTABLE, NO_FFMPEG
 */
export async function resolveOutput(wanted: string): Promise<string> {
  // The sound card library plays to the default device only; PulseAudio lets its clients' environment name another.
  if ((await soundSystem()) !== 'pulse') throw AudioError.deviceNotSelectable()
  const { outputs } = await listDevices()
  const found = findDevice(outputs, wanted)
  if (found === undefined)
    throw AudioError.outputDeviceUnknown(
      wanted,
      outputs.map(({ id }) => id),
    )
  return found.id
}

/** Lists are printed at the log level that ffmpeg calls info. */
async function ask(args: readonly string[]): Promise<string> {
  const answer = await askFfmpeg(['-loglevel', 'info', ...args])
  if (answer === undefined) throw AudioError.noFfmpeg('the list of audio devices cannot be had')
  return `${answer.stdout}\n${answer.said}`
}
