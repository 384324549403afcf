import { AudioError } from '../error.ts'
import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { FfmpegProcess } from '../ffmpeg/ffmpeg.ts'
import type { OpenCapture } from '../source/mic.ts'
import { missingAudioDevice } from './audio-device.ts'
import { listDevices } from './list-devices.ts'
import type { SoundSystem } from './list-devices.ts'
import { findDevice } from './parse-devices.ts'

/** 20 ms of 16-bit stereo at 48 kHz: what PulseAudio hands over at a time; its own choice would be two seconds. */
const PULSE_FRAGMENT_BYTES = 3840

/** Records through ffmpeg from the device that a user means, or from the default one. */
export function captureFrom(wanted: string | undefined): OpenCapture {
  return async (channels) => {
    const missing = await missingAudioDevice('input')
    if (missing !== undefined) throw AudioError.noAudioInput(missing)
    const { inputs, system } = await listDevices()
    const found =
      wanted === undefined ? inputs.find(({ isDefault }) => isDefault) : findDevice(inputs, wanted)
    if (found === undefined && wanted !== undefined) {
      throw AudioError.inputDeviceUnknown(
        wanted,
        inputs.map(({ id }) => id),
      )
    }
    return new FfmpegProcess(captureArgs(system, found?.id, channels))
  }
}

function captureArgs(system: SoundSystem, id: string | undefined, channels: Channels): string[] {
  const input = {
    pulse: id ?? 'default',
    alsa: id ?? 'default',
    avfoundation: `:${id ?? 'default'}`,
    dshow: `audio=${id ?? ''}`,
  }
  const fragments = system === 'pulse' ? ['-fragment_size', `${PULSE_FRAGMENT_BYTES}`] : []
  const atOnce = ['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0']
  // Devices date their pieces by a clock of their own; the samples count.
  const dates = ['-af', 'asetpts=N/SR/TB']
  const output = [
    '-f',
    'f32le',
    '-ar',
    `${SAMPLE_RATE}`,
    '-ac',
    `${channels}`,
    '-flush_packets',
    '1',
    'pipe:1',
  ]
  return [...atOnce, '-f', system, ...fragments, '-i', input[system], '-vn', ...dates, ...output]
}
