import type { LinkConfig } from '../link/link.ts'
import { behind } from './places.ts'
import type { Other, Place, Scenario } from './scenario.ts'

const LINE_MS = 10
const GAP_MS = 150
const ALONE = ['--relay', 'off']
/** Losses of the first seconds teach the playout; what is heard well stays far below. */
const WELL = 0.01

/** A line that sends little, with a second of queue before it, as home routers have. */
const NARROW: LinkConfig = { delayMs: LINE_MS, rateKbps: 256, queueBytes: 32_768 }
const narrowUplink: Place = behind('port-restricted', { link: { up: NARROW, down: { delayMs: LINE_MS } } })
const home: Place = behind('port-restricted')
/** Somebody else's download fills the queue of this line: each packet waits 400 ms in it. */
const BLOATED = { up: { delayMs: LINE_MS }, down: { delayMs: LINE_MS + 400, jitterMs: 20 } }

/** Somebody who has no room at the station is told so, or hears it from another listener, of those who pass it on. */
const refused = (withinMs: number): Other['expect'] => ({ verdict: 'refused', withinMs })
const relayed = (calmAfterMs: number): Other['expect'] => ({
  verdict: 'heard',
  withinMs: 10_000,
  path: 'relayed',
  hops: 1,
  maxGapMs: GAP_MS,
  calmAfterMs,
})

/** Opus at 16 kbit/s is some 82 kbit/s on the wire: signature, seal and headers are 328 bytes for each 40 of audio. */
function narrow(suffix: string, third: Other['expect'], listen: readonly string[]): Scenario {
  return {
    name: `congestion/256 kbit uplink${suffix}`,
    group: 'congestion',
    broadcaster: narrowUplink,
    broadcast: ['--bitrate', '16', '--uplink', '256kbit'],
    listener: home,
    listen,
    others: [
      {
        id: 'listener-2',
        place: home,
        expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, maxConcealed: WELL },
      },
      { id: 'listener-3', place: home, expect: third },
    ],
    listenMs: 15_000,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, maxConcealed: WELL },
  }
}

/** Two copies of 162 kbit/s do not fit; nobody said so, and it shows. */
function untold(suffix: string, second: Other['expect'], listen: readonly string[]): Scenario {
  return {
    name: `congestion/256 kbit uplink that nobody told of${suffix}`,
    group: 'congestion',
    broadcaster: narrowUplink,
    listener: home,
    listen,
    others: [{ id: 'listener-2', place: home, expect: second }],
    listenMs: 30_000,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, calmAfterMs: 15_000 },
  }
}

/** Lines with less room than the audio of everybody wants. */
export const congestion: readonly Scenario[] = [
  narrow('', refused(10_000), ALONE),
  narrow(', listeners pass it on', relayed(0), []),
  untold('', refused(30_000), ALONE),
  untold(', listeners pass it on', relayed(20_000), []),
  {
    name: 'congestion/bufferbloat 400 ms',
    group: 'congestion',
    broadcaster: home,
    listener: home,
    others: [
      {
        id: 'listener-2',
        place: home,
        expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, maxConcealed: WELL },
      },
    ],
    steps: [{ afterMs: 4000, fault: { name: 'setLink', args: ['listener', BLOATED] } }],
    listenMs: 25_000,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, calmAfterMs: 5000 },
  },
]
