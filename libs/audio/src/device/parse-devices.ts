/** A sound card, microphone or virtual device as the system names it. */
export interface AudioDevice {
  /** for `mic:ID` and `--device ID` */
  id: string
  /** for people */
  name: string
  isDefault: boolean
}

/**
 * What `ffmpeg -sources X` and `-sinks X` print of PulseAudio, PipeWire and ALSA: `* id [name] (kind)`, the asterisk at the
 * default.
 */
export function parseFfmpegDevices(text: string): AudioDevice[] {
  const devices: AudioDevice[] = []
  for (const line of text.split('\n')) {
    const [, mark, id, name] = /^([* ]) (\S+) \[(.*)\](?: \([^)]*\))?\s*$/.exec(line) ?? []
    if (id !== undefined && name !== undefined) devices.push({ id, name, isDefault: mark === '*' })
  }
  return devices
}

/** Of alsa-lib and the packages of alsa-plugins: converters, and ways to servers that did not answer. */
const ALSA_PLUGINS: ReadonlySet<string> = new Set([
  'null',
  'a52',
  'dca',
  'jack',
  'lavrate',
  'oss',
  'pulse',
  'samplerate',
  'speex',
  'speexrate',
  'upmix',
  'usbstream',
  'vdownmix',
])

/** Whether an ALSA name is no device, but something that ALSA puts before one. */
export function isAlsaPlugin(id: string): boolean {
  return ALSA_PLUGINS.has(id.split(':', 1)[0] ?? id)
}

/** What ffmpeg says on macOS (`avfoundation`): video devices first, then `[0] Built-in Microphone` and so on. */
export function parseAvfoundation(text: string): AudioDevice[] {
  const devices: AudioDevice[] = []
  let isAudio = false
  for (const line of text.split('\n')) {
    if (/AVFoundation (audio|video) devices:/.test(line)) isAudio = line.includes('audio devices')
    const name = /\] \[\d+\] (.+?)\s*$/.exec(line)?.[1]
    if (isAudio && name !== undefined) devices.push({ id: name, name, isDefault: devices.length === 0 })
  }
  return devices
}

/** What ffmpeg says on Windows (`dshow`): `"Microphone (USB)" (audio)`. */
export function parseDshow(text: string): AudioDevice[] {
  const names = [...text.matchAll(/"([^"\n]+)" \(audio\)/g)].map((match) => match[1] ?? '')
  return names.map((name, i) => ({ id: name, name, isDefault: i === 0 }))
}

/** The device that a user means: by its id, by its name, or by a part of its name that no other has. */
export function findDevice(devices: readonly AudioDevice[], wanted: string): AudioDevice | undefined {
  const text = wanted.toLowerCase()
  const exact = devices.find(({ id, name }) => id === wanted || name.toLowerCase() === text)
  if (exact !== undefined) return exact
  const alike = devices.filter(({ name }) => name.toLowerCase().includes(text))
  return alike.length === 1 ? alike[0] : undefined
}
