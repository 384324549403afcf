import { readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Why this machine cannot play sound, when it is known beforehand. Asked because the sound card library opens a silent stand-in
 * without a word when it finds nothing, after the system's libraries have filled stderr.
 * @returns undefined when there is, or may be, a device
 */
export async function missingAudioDevice(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  if (await hasAlsaDevice()) return undefined
  if (await hasPulseServer()) return undefined
  return 'no ALSA playback device and no PulseAudio or PipeWire server'
}

/** A card that plays, or a configuration that names something else as one. */
async function hasAlsaDevice(): Promise<boolean> {
  const devices = await readdir('/dev/snd').catch(() => [])
  if (devices.some((name) => /^pcm.*p$/.test(name))) return true
  return existsSync('/etc/asound.conf') || existsSync(join(homedir(), '.asoundrc'))
}

/** PipeWire answers on the same socket. */
async function hasPulseServer(): Promise<boolean> {
  const named = process.env['PULSE_SERVER']
  if (named !== undefined && !/^(unix:|\/)/.test(named)) return true
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`
  const socket = named?.replace(/^unix:/, '') ?? join(runtime, 'pulse', 'native')
  return (await answers(socket)) || answers('/run/pulse/native')
}

/** A socket file may outlive its server. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
