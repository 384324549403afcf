import { openSink, type Sink } from '@pearcast/audio'
import { parseLink } from '@pearcast/protocol'
import { Listener, type ListenEvent } from '@pearcast/station'
import sodium from 'sodium-universal'
import { exitCodeOfEnding } from '../ending.ts'
import { tellFirstListen } from '../first-use.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { linkOf, openFavourites } from '../favourites/favourites.ts'
import { requireFitMachine } from '../fit-machine.ts'
import { openStore } from '../identity-store.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import { OrderedStart } from '../tell-error.ts'
import { showLive } from '../terminal/live.ts'
import { watchTime } from '../time/watch-time.ts'
import { checkOutput } from './check-output.ts'
import { ListenView } from './listen-view.ts'
import { sinceParsed } from './since-parsed.ts'
import { staysHere } from './stays-here.ts'
import type { ListenOptions } from './listen-options.ts'

/** What a listener gives of its line to others when nobody said how much, bit/s. */
const UPLINK_BPS = 2_000_000

/** `pearcast listen`: heard until --duration is over or someone asks to stop. @returns the exit code */
export async function listen(linkOrName: string, options: ListenOptions, session: Session): Promise<number> {
  requireFitMachine()
  const { output, stop } = session
  const linkText = await linkOf(linkOrName)
  const link = parseLink(sodium, linkText)
  const bootstrap = bootstrapOf(options)
  await checkOutput(options.output, options.force === true)
  const sink = await openOutput(options)
  const store = await openStore()
  if (options.save !== undefined) await keep(options.save, linkText, session)
  const { relay, uplink = UPLINK_BPS } = options
  const whyNotPassedOn = staysHere(relay, bootstrap.bootstrap)
  const passesOn = relay === 'auto' && whyNotPassedOn === undefined
  await tellFirstListen(output, store.folder, passesOn ? uplink : undefined)
  if (whyNotPassedOn !== undefined) output.line('info', whyNotPassedOn)
  const view = new ListenView(output.colors, options.duration)
  const loadedMs = Date.now() - session.startedAtMs
  let errorCode: string | undefined
  let isHeard = false
  let isGivenUp = false
  const onEvent = (told: ListenEvent): void => {
    const event = sinceParsed(told, loadedMs)
    if (event.event === 'error') errorCode = event.code
    if (event.event === 'first-audio') isHeard = true
    output.event(event)
    output.lines(view.apply(event, Date.now()))
  }

  const { assist, path, rtc, buffer, duration, wait } = options
  const ordered = new OrderedStart(onEvent, output)
  const listener = new Listener({
    link,
    store,
    sink,
    path,
    rtc,
    assist,
    relay,
    uplinkBps: uplink,
    onEvent: ordered.take,
    ...bootstrap,
    ...(buffer === undefined ? {} : { bufferMs: buffer }),
    ...(duration === undefined ? {} : { durationS: duration }),
  })
  const giveUp = (waitS: number): void => {
    if (isHeard) return
    isGivenUp = true
    const { code, message } = CliError.notOnAir(waitS, errorCode === 'REFUSED_FULL')
    onEvent({ event: 'error', code, message })
    void listener.stop('not-heard')
  }
  const waiting = wait === undefined ? undefined : setTimeout(giveUp, wait * 1000, wait)
  const endLive = showLive(output, { lines: () => [view.statusLine(Date.now())] })
  const endWatch = watchTime(output)
  const unfollow = stop.onRequest(() => void listener.stop())
  try {
    await ordered.start(
      () => listener.start(),
      () => isGivenUp || stop.cause !== undefined,
    )
    const reason = await listener.ended
    return isGivenUp ? EXIT.notOnAir : exitCodeOfEnding(reason, errorCode)
  } finally {
    clearTimeout(waiting)
    unfollow()
    endLive()
    endWatch()
    await listener.stop()
  }
}

async function openOutput({ device, output, volume }: ListenOptions): Promise<Sink> {
  if (output !== 'speakers' && (device ?? volume) !== undefined) {
    throw CliError.usage('--volume and --device are for the speakers')
  }
  return openSink(output, { channels: 2, device, volume: volume === undefined ? undefined : volume / 100 })
}

async function keep(name: string, link: string, { output }: Session): Promise<void> {
  await (await openFavourites()).save(name, link)
  output.line('info', `Kept: "pearcast listen ${name}" hears it again.`)
}
