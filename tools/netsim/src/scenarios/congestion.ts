import type { LinkConfig } from '../link/link.ts'
import { behind } from './places.ts'
import type { Place, Scenario } from './scenario.ts'

const LINE_MS = 10
const GAP_MS = 150
/** Losses of the first seconds teach the playout; what is heard well stays far below. */
const WELL = 0.01

/** A line that sends little, with a second of queue before it, as home routers have. */
const NARROW: LinkConfig = { delayMs: LINE_MS, rateKbps: 256, queueBytes: 32_768 }
const narrowUplink: Place = behind('port-restricted', { link: { up: NARROW, down: { delayMs: LINE_MS } } })
const home: Place = behind('port-restricted')
/** Somebody else's download fills the queue of this line: each packet waits 400 ms in it. */
const BLOATED = { up: { delayMs: LINE_MS }, down: { delayMs: LINE_MS + 400, jitterMs: 20 } }

/** Lines with less room than the audio of everybody wants. */
export const congestion: readonly Scenario[] = [
  {
    // Opus at 16 kbit/s is some 82 kbit/s on the wire: signature, seal and headers are 328 bytes for each 40 of audio.
    name: 'congestion/256 kbit uplink',
    group: 'congestion',
    broadcaster: narrowUplink,
    broadcast: ['--bitrate', '16', '--uplink', '256kbit'],
    listener: home,
    others: [
      {
        id: 'listener-2',
        place: home,
        expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, maxConcealed: WELL },
      },
      { id: 'listener-3', place: home, expect: { verdict: 'refused', withinMs: 10_000 } },
    ],
    listenMs: 15_000,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, maxConcealed: WELL },
  },
  {
    // Two copies of 162 kbit/s do not fit; nobody said so, and it shows.
    name: 'congestion/256 kbit uplink that nobody told of',
    group: 'congestion',
    broadcaster: narrowUplink,
    listener: home,
    others: [{ id: 'listener-2', place: home, expect: { verdict: 'refused', withinMs: 30_000 } }],
    listenMs: 30_000,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, calmAfterMs: 15_000 },
  },
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
