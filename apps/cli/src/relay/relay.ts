import { flushCompileCache } from 'node:module'
import { openDht } from '@pearcast/swarm'
import { exitCodeOfEnding } from '../ending.ts'
import { EXIT } from '../exit-codes.ts'
import { requireFitMachine } from '../fit-machine.ts'
import { openStore } from '../identity-store.ts'
import { bootstrapOf } from '../options/bootstrap.ts'
import type { Session } from '../session.ts'
import { OrderedStart } from '../tell-error.ts'
import { showLive } from '../terminal/live.ts'
import { watchTime } from '../time/watch-time.ts'
import { CarriedStations, type CarriedStationsOptions } from './carried-stations.ts'
import { OpenForStations } from './open-for-stations.ts'
import type { RelayCommandEvent } from './relay-event.ts'
import type { RelayOptions } from './relay-options.ts'
import { relaySeed } from './relay-seed.ts'
import { RelayView } from './relay-view.ts'
import { followFile, stationsWanted } from './stations-wanted.ts'

/** What an operator gives when nobody said how much, bit/s. */
const UPLINK_BPS = 100_000_000

/** What a relay carries, and how it comes to that. */
interface Carrier {
  start(): Promise<void>
  /** Children are told where to go first. */
  stop(): Promise<void>
  /** Of one that can end by itself. */
  readonly ended?: Promise<string> | undefined
}

type CarrierOptions = Omit<CarriedStationsOptions, 'onEvent'> & {
  onEvent: (event: RelayCommandEvent) => void
}

/** `pearcast relay`: carries stations until someone asks to stop. @returns the exit code */
export async function relay(
  links: readonly string[],
  options: RelayOptions,
  session: Session,
): Promise<number> {
  requireFitMachine()
  const { output, stop } = session
  const bootstrap = bootstrapOf(options)
  const createCarrier = await carrierFor(links, options, session)
  const store = await openStore()
  const view = new RelayView(output.colors, Date.now())
  let errorCode: string | undefined
  const ordered = new OrderedStart((event: RelayCommandEvent): void => {
    if (event.event === 'error') errorCode = event.code
    output.event(event)
    output.lines(view.apply(event, Date.now()))
  }, output)
  const { maxChildren, uplink: uplinkBps = UPLINK_BPS } = options
  const node = await openDht(bootstrap)
  const carrier = createCarrier({ node, store, uplinkBps, maxChildren, onEvent: ordered.take })
  const endLive = showLive(output, {
    lines: () => view.statusBlock(Date.now()),
    plainLines: () => [view.statusLine(Date.now())],
  })
  const endWatch = watchTime(output)
  try {
    await ordered.start(
      async () => {
        await Promise.race([node.ready(), stop.requested()])
        if (stop.cause === undefined) await carrier.start()
      },
      () => stop.cause !== undefined,
    )
    // It runs for months and ends by a kill: what was compiled is kept now or never.
    flushCompileCache()
    const alone = carrier.ended?.then((reason) => exitCodeOfEnding(reason, errorCode))
    return (await Promise.race([stop.requested(), ...(alone === undefined ? [] : [alone])])) ?? EXIT.ok
  } finally {
    await carrier.stop()
    await node.close()
    endLive()
    endWatch()
  }
}

/** @throws what is wrong with the links and files, before anything is opened */
async function carrierFor(
  links: readonly string[],
  { stationsFile }: RelayOptions,
  session: Session,
): Promise<(options: CarrierOptions) => Carrier> {
  if (links.length === 0 && stationsFile === undefined) {
    const seed = await relaySeed((await openStore()).folder)
    return (options) => new OpenForStations({ ...options, seed })
  }
  const wanted = await stationsWanted(links, stationsFile)
  const first = await wanted()
  return (options) => {
    const stations = new CarriedStations(options)
    if (stationsFile === undefined)
      return {
        start: async () => void (await stations.carry(first)),
        stop: () => stations.stop(),
        ended: stations.ended,
      }
    const carry = async (these: typeof first): Promise<void> => {
      const changed = await stations.carry(these)
      options.onEvent({ event: 'stations', stations: stations.size, ...changed })
    }
    let unfollow: () => void = () => {}
    return {
      start: async () => {
        await carry(first)
        unfollow = followFile(stationsFile, session, async () => carry(await wanted()))
      },
      stop: () => {
        unfollow()
        return stations.stop()
      },
    }
  }
}
