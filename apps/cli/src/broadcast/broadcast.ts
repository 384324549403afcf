import { flushCompileCache } from 'node:module'
import { basename, extname } from 'node:path'
import { fromHex } from '@pearcast/protocol'
import { Broadcaster, type BroadcastEvent } from '@pearcast/station'
import { exitCodeOfEnding } from '../ending.ts'
import { CliError } from '../errors.ts'
import { tellFirstBroadcast } from '../first-use.ts'
import { openStore } from '../identity-store.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import { requireFitMachine } from '../fit-machine.ts'
import { OrderedStart } from '../tell-error.ts'
import { showLive } from '../terminal/live.ts'
import { watchTime } from '../time/watch-time.ts'
import { BroadcastView } from './broadcast-view.ts'
import type { InputEvent } from './input-event.ts'
import { openInput } from './open-input.ts'
import type { BroadcastOptions } from './broadcast-options.ts'

/** bit/s: transparent music, clear speech. */
const DEFAULT_BITRATE = { music: 96_000, voice: 32_000 } as const

/** `pearcast broadcast`: on air until the input ends or someone asks to stop. @returns the exit code */
export async function broadcast(
  inputs: readonly string[],
  options: BroadcastOptions,
  session: Session,
): Promise<number> {
  const { output, stop } = session
  requireFitMachine()
  const bootstrap = bootstrapOf(options)
  const { loop, privateIp = false, profile, via = [] } = options
  if (privateIp && via.length === 0)
    throw CliError.usage(
      '--private-ip needs --via: somebody has to carry the station ("pearcast relay --help")',
    )
  if (privateIp && options.path === 'webrtc')
    throw CliError.usage(
      '--private-ip has no WebRTC, and --path webrtc has nothing else: leave one of them out',
    )
  const bitrate = options.bitrate ?? DEFAULT_BITRATE[profile]
  const allowTruncated = options.allowTruncated === true
  const view = new BroadcastView(output.colors, hintFor(options))
  let errorCode: string | undefined
  const onEvent = (event: BroadcastEvent | InputEvent): void => {
    // That they go when we go is no news.
    if (event.event === 'via' && stop.cause !== undefined) return
    if (event.event === 'error') errorCode = event.code
    output.event(event)
    output.lines(view.apply(event, Date.now()))
  }

  const settings = { loop: loop === true, allowTruncated, profile, bitrate, gainDb: options.gain }
  const source = await openInput(inputs, options, settings, onEvent)
  const store = await openStore()
  const identity = await store.open(options.station)
  if (!privateIp) await tellFirstBroadcast(output, store.folder)
  const title = options.title ?? source.title ?? titleOf(inputs)
  const { path, rtc, maxListeners, uplink, waitListeners } = options
  const ordered = new OrderedStart(onEvent, output)
  const broadcaster = new Broadcaster({
    identity,
    store,
    source,
    title,
    profile,
    bitrate,
    path,
    rtc,
    maxListeners,
    uplinkBps: uplink,
    via: via.map(fromHex),
    privateIp,
    waitListeners,
    stayOnAir: options.stay === true,
    onEvent: ordered.take,
    ...bootstrap,
  })
  const endLive = showLive(output, {
    lines: () => view.statusBlock(Date.now()),
    plainLines: () => [view.statusLine(Date.now())],
  })
  const endWatch = watchTime(output)
  const unfollow = stop.onRequest(() => void broadcaster.stop('stopped'))
  try {
    await ordered.start(
      () => broadcaster.start(),
      () => stop.cause !== undefined,
    )
    // It runs for months and ends by a kill: what was compiled is kept now or never.
    flushCompileCache()
    return exitCodeOfEnding(await broadcaster.ended, errorCode)
  } finally {
    unfollow()
    endLive()
    endWatch()
    await broadcaster.stop()
  }
}

/** The command as it was typed here, so that it can be typed elsewhere. */
function hintFor({ bootstrap = '' }: BroadcastOptions): { before: string; after: string } {
  const before = process.env['npm_command'] === 'exec' ? 'npx pearcast' : 'pearcast'
  return { before, after: bootstrap.trim() === '' ? '' : ` --bootstrap ${bootstrap.trim()}` }
}

/** A folder's name, a file's without its extension, the station's where the input has none. */
function titleOf([input = '', ...more]: readonly string[]): string {
  if (input === '-' || more.length > 0) return 'Live'
  return basename(input, extname(input))
}
