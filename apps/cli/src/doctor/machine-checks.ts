import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { access, constants } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { missingAudioDevice } from '@pearcast/audio'
import { rtcAvailable } from '@pearcast/rtc'
import { openFilesLimit } from '@pearcast/station'
import { failureOf } from '../errors.ts'
import { openStore } from '../identity-store.ts'
import { count } from '../terminal/text.ts'
import type { Check, DiagnosisEvent } from './doctor-event.ts'

/** A program that hangs must not hold up the rest. */
const PROGRAM_MS = 4000
/** Each listener takes up to two sockets, and the program itself about 40. */
const FILES_PER_LISTENER = 2
const OWN_FILES = 40
const FEW_FILES = 1024

/** Whether sound can be played and recorded. */
export async function audioCheck(): Promise<Check> {
  const name = 'audio'
  const [output, input] = await Promise.all([missingAudioDevice('output'), missingAudioDevice('input')])
  const missing = [output, input].filter((why) => why !== undefined)
  if (missing.length === 0)
    return {
      name,
      status: 'ok',
      text: 'Sound can be played and recorded; "pearcast devices" has the list.',
      code: null,
    }
  const text = `Not everything is there: ${missing.join('; ')}. Files can be broadcast and recorded all the same.`
  return { name, status: 'warning', text, code: null }
}

/** Reads formats that pearCast does not know by itself. */
export async function ffmpegCheck(): Promise<Check> {
  const version = await firstLineOf('ffmpeg', ['-version'])
  if (version === undefined)
    return {
      name: 'ffmpeg',
      status: 'warning',
      text: 'No ffmpeg: formats that pearCast does not read itself cannot be broadcast. Install it to have them.',
      code: null,
    }
  const [, number = version] = /^ffmpeg version (\S+)/.exec(version) ?? []
  return { name: 'ffmpeg', status: 'ok', text: `ffmpeg ${number} is there.`, code: null }
}

export function rtcCheck(): Check {
  const rtc = rtcAvailable()
  return rtc.ok
    ? { name: 'rtc', status: 'ok', text: 'The WebRTC module loads.', code: null }
    : {
        name: 'rtc',
        status: 'warning',
        text: `WebRTC cannot run here (${rtc.reason}); the swarm connection carries the audio instead.`,
        code: null,
      }
}

export function filesCheck(limit: number | undefined = openFilesLimit()): Check {
  if (limit === undefined) return { name: 'files', status: 'ok', text: 'No limit of open files.', code: null }
  const listeners = Math.max(0, Math.floor((limit - OWN_FILES) / FILES_PER_LISTENER))
  const text = `At most ${count(limit, 'open file')}: enough for about ${count(listeners, 'listener')}.`
  return limit < FEW_FILES
    ? { name: 'files', status: 'warning', text: `${text} "ulimit -n 4096" raises it.`, code: null }
    : { name: 'files', status: 'ok', text, code: null }
}

/** Whether station keys can be kept and are only ours. */
export async function keysCheck(): Promise<Check> {
  const name = 'keys'
  try {
    const store = await openStore()
    await access(store.folder, constants.W_OK)
    const names = await store.names()
    for (const each of names) await store.load(each)
    const text = `${count(names.length, 'station')} in ${store.folder}, readable by you only.`
    return { name, status: 'ok', text, code: null }
  } catch (error) {
    const { code, message } = failureOf(error)
    return { name, status: 'failed', text: message, code }
  }
}

const IPV6_WORDS = {
  global: 'IPv6 leads out of here: WebRTC may use it with listeners who have it as well.',
  local: 'IPv6 is there, but leads nowhere outside this network; IPv4 is used.',
  none: 'No IPv6; IPv4 is used.',
} as const

/** Asks the routing table, by connecting a socket: no packet is sent. */
export async function ipv6Check(): Promise<{ check: Check; ipv6: DiagnosisEvent['ipv6'] }> {
  const ipv6 = hasIpv6() ? ((await routesIpv6()) ? 'global' : 'local') : 'none'
  return { ipv6, check: { name: 'ipv6', status: 'ok', text: IPV6_WORDS[ipv6], code: null } }
}

function hasIpv6(): boolean {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return all.some(({ family, internal }) => family === 'IPv6' && !internal)
}

async function routesIpv6(): Promise<boolean> {
  const socket = createSocket('udp6')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(9, '2000::1', resolve)
    })
    // 2000::/3 is what is routed in the Internet (RFC 4291 section 2.4).
    return /^[23]/.test(socket.address().address)
  } catch {
    return false
  } finally {
    socket.close()
  }
}

/** Undefined when it cannot be run. */
function firstLineOf(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      timeout: PROGRAM_MS,
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(0, 1000)))
    child.once('error', () => resolve(undefined))
    child.once('close', (code) => resolve(code === 0 ? text.split('\n', 1)[0] : undefined))
  })
}
