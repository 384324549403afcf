import { expect, test } from 'vitest'
import {
  findDevice,
  isAlsaPlugin,
  parseAvfoundation,
  parseDshow,
  parseFfmpegDevices,
} from './parse-devices.ts'

test('the devices of PulseAudio, the default marked', () => {
  const text = `
Auto-detected sinks for pulse:
  alsa_output.pci-0000_00_1f.3.analog-stereo [Built-in Audio [Analog] Stereo] (none)
* usb [USB Audio] (none)
`
  expect(parseFfmpegDevices(text)).toEqual([
    {
      id: 'alsa_output.pci-0000_00_1f.3.analog-stereo',
      name: 'Built-in Audio [Analog] Stereo',
      isDefault: false,
    },
    { id: 'usb', name: 'USB Audio', isDefault: true },
  ])
  expect(parseFfmpegDevices('Cannot list sources: Generic error in an external library')).toEqual([])
})

test('the plugins of ALSA are no devices; cards and what the user made are', () => {
  const plugins = ['null', 'lavrate', 'jack', 'pulse', 'upmix', 'usbstream:CARD=PCH']
  expect(plugins.filter((id) => !isAlsaPlugin(id))).toEqual([])
  const devices = ['default', 'sysdefault:CARD=PCH', 'hw:CARD=PCH,DEV=0', 'plughw:CARD=PCH,DEV=0', 'kitchen']
  expect(devices.filter(isAlsaPlugin)).toEqual([])
})

test('the microphones of macOS, without its cameras', () => {
  const text = `
[AVFoundation indev @ 0x7f8] AVFoundation video devices:
[AVFoundation indev @ 0x7f8] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8] [0] MacBook Pro Microphone
[AVFoundation indev @ 0x7f8] [1] USB Audio
: Input/output error
`
  expect(parseAvfoundation(text).map(({ id, isDefault }) => [id, isDefault])).toEqual([
    ['MacBook Pro Microphone', true],
    ['USB Audio', false],
  ])
})

test('the microphones of Windows', () => {
  const text = `
[dshow @ 000001] "Integrated Camera" (video)
[dshow @ 000001]   Alternative name "@device_pnp_x"
[dshow @ 000001] "Microphone (Realtek(R) Audio)" (audio)
[dshow @ 000001]   Alternative name "@device_cm_y"
`
  expect(parseDshow(text)).toEqual([
    { id: 'Microphone (Realtek(R) Audio)', name: 'Microphone (Realtek(R) Audio)', isDefault: true },
  ])
})

test('a device is meant by its id, its name, or a part of the name that no other has', () => {
  const devices = [
    { id: 'a.1', name: 'USB Microphone', isDefault: true },
    { id: 'a.2', name: 'USB Headset', isDefault: false },
  ]
  expect(findDevice(devices, 'a.2')?.id).toBe('a.2')
  expect(findDevice(devices, 'usb microphone')?.id).toBe('a.1')
  expect(findDevice(devices, 'head')?.id).toBe('a.2')
  expect(findDevice(devices, 'usb')).toBeUndefined()
  expect(findDevice(devices, 'hdmi')).toBeUndefined()
})
