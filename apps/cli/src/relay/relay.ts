import { unwatchFile, watchFile } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { parseLink } from '@pearcast/protocol'
import { openDht } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { exitCodeOfEnding } from '../ending.ts'
import { CliError, failureOf } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { linkOf } from '../favourites/favourites.ts'
import { requireFitMachine } from '../fit-machine.ts'
import { openStore } from '../identity-store.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import { OrderedStart } from '../tell-error.ts'
import { showLive } from '../terminal/live.ts'
import { watchTime } from '../time/watch-time.ts'
import { carriedLink, type CarriedLink } from './carried-link.ts'
import { CarriedStations } from './carried-stations.ts'
import type { RelayCommandEvent } from './relay-event.ts'
import type { RelayOptions } from './relay-options.ts'
import { RelayView } from './relay-view.ts'
import { readStations } from './stations-file.ts'

/** What an operator gives when nobody said how much, bit/s. */
const UPLINK_BPS = 100_000_000
const LOOK_AT_FILE_MS = 1000

/** `pearcast relay`: carries stations until someone asks to stop. @returns the exit code */
export async function relay(
  links: readonly string[],
  options: RelayOptions,
  session: Session,
): Promise<number> {
  requireFitMachine()
  const { output, stop } = session
  const bootstrap = bootstrapOf(options)
  const { maxChildren, stationsFile, uplink = UPLINK_BPS } = options
  const wanted = await stationsWanted(links, stationsFile)
  const stations = await wanted()
  const store = await openStore()
  const view = new RelayView(output.colors, Date.now())
  let errorCode: string | undefined
  const onEvent = (event: RelayCommandEvent): void => {
    if (event.event === 'error') errorCode = event.code
    output.event(event)
    output.lines(view.apply(event, Date.now()))
  }
  const ordered = new OrderedStart(onEvent, output)
  const node = await openDht(bootstrap)
  let endedAlone: (reason: string) => void = () => {}
  const alone = new Promise<string>((resolve) => (endedAlone = resolve))
  const carried = new CarriedStations({
    node,
    store,
    uplinkBps: uplink,
    maxChildren,
    onEvent: ordered.take,
    onEnded: (reason) => {
      if (carried.size === 0 && stationsFile === undefined) endedAlone(reason)
    },
  })
  const carry = async (these: readonly CarriedLink[]): Promise<void> => {
    const changed = await carried.carry(these)
    if (stationsFile !== undefined) onEvent({ event: 'stations', stations: carried.size, ...changed })
  }
  const endLive = showLive(output, {
    lines: () => view.statusBlock(Date.now()),
    plainLines: () => [view.statusLine(Date.now())],
  })
  const endWatch = watchTime(output)
  let unfollow: () => void = () => {}
  try {
    await ordered.start(
      async () => {
        await node.ready()
        await carry(stations)
      },
      () => stop.cause !== undefined,
    )
    if (stationsFile !== undefined)
      unfollow = followFile(stationsFile, session, async () => carry(await wanted()))
    // It runs for months and ends by a kill: what was compiled is kept now or never.
    flushCompileCache()
    const reason = await Promise.race([alone, stop.requested()])
    return reason === undefined ? EXIT.ok : exitCodeOfEnding(reason, errorCode)
  } finally {
    unfollow()
    await carried.stop()
    await node.close()
    endLive()
    endWatch()
  }
}

/**
 * What is to be carried, each time it is asked: the links that were typed, and those in the file.
 *
 * @throws CliError USAGE, STATIONS_FILE; ProtocolError; StationError
 */
async function stationsWanted(
  links: readonly string[],
  file: string | undefined,
): Promise<() => Promise<CarriedLink[]>> {
  if (links.length === 0 && file === undefined)
    throw CliError.usage('relay wants the link of a station, or a --stations-file with links')
  const typed = await Promise.all(
    links.map(async (each) => carriedLink(parseLink(sodium, await linkOf(each)))),
  )
  return async () => {
    const all = [...typed, ...(file === undefined ? [] : await readStations(file))]
    return [...new Map(all.map((each) => [each.text, each])).values()]
  }
}

/** Reads it again when it has changed, and at SIGHUP. What is wrong with it is told, and changes nothing. */
function followFile(file: string, { output, stop }: Session, read: () => Promise<void>): () => void {
  const readOnce = async (before: Promise<void>): Promise<void> => {
    await before
    if (stop.cause !== undefined) return
    try {
      await read()
    } catch (error) {
      const { code, message } = failureOf(error)
      output.event({ event: 'error', code, message })
      output.line('error', `${message} The stations stay as they are.`)
    }
  }
  let reading = Promise.resolve()
  const readAgain = (): void => {
    reading = readOnce(reading)
  }
  watchFile(file, { interval: LOOK_AT_FILE_MS, persistent: false }, readAgain)
  const untake = stop.takeHangUps(readAgain)
  return () => {
    unwatchFile(file, readAgain)
    untake()
  }
}
