import { readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { hasPulseServer } from './sound-server.ts'

export type Direction = 'input' | 'output'

/**
 * Why this machine cannot play or record sound, when it is known beforehand. Asked because the sound card library opens a silent stand-in
 * without a word when it finds nothing, after the system's libraries have filled stderr.
 * @returns undefined when there is, or may be, a device
 */
export async function missingAudioDevice(direction: Direction): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  if (await hasAlsaDevice(direction)) return undefined
  if (await hasPulseServer()) return undefined
  const what = direction === 'output' ? 'playback' : 'capture'
  return `no ALSA ${what} device and no PulseAudio or PipeWire server`
}

/** A card that does it, or a configuration that names something else as one. */
async function hasAlsaDevice(direction: Direction): Promise<boolean> {
  const end = direction === 'output' ? 'p' : 'c'
  const devices = await readdir('/dev/snd').catch(() => [])
  if (devices.some((name) => name.startsWith('pcm') && name.endsWith(end))) return true
  return existsSync('/etc/asound.conf') || existsSync(join(homedir(), '.asoundrc'))
}
