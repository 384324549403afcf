import { LINES } from '../topology/presets.ts'
import { behind, line } from './places.ts'
import type { Place, Scenario } from './scenario.ts'

/** An interruption begins here. */
const GAP_MS = 150
const LISTEN_MS = 60_000

/** Of the frames sent in one or two minutes, the first losses included, which teach the playout to wait for repair. */
const BURSTY = 0.005
/** A burst of 15 packets, one in a hundred, can come before the playout has learnt that there are bursts. */
const BURSTY_GAP_MS = 400
/** One frame in a hundred: what lines that lose a packet and then its repair may cost, and what is still heard well. */
const ROUGH = 0.01
/** The way there and back of a line is what each repair costs at least. */
const FAR_GAP_MS = 400

interface Limits {
  maxConcealed: number
  maxGapMs?: number
  listenMs?: number
}

/** One frame in a thousand. In a single minute these are three, as many as the first losses cost: one more or less would decide. */
const CLEAN: Limits = { maxConcealed: 0.001, listenMs: 2 * LISTEN_MS }

/** One thing that is wrong with the line of a listener at a time, and lines that people really have. */
export const impairments: readonly Scenario[] = [
  impaired('1 % loss', behind('port-restricted', line({ loss: 0.01 })), CLEAN),
  impaired('5 % loss', behind('port-restricted', line({ loss: 0.05 })), CLEAN),
  impaired('10 % loss', behind('port-restricted', line({ loss: 0.1 })), { maxConcealed: ROUGH }),
  impaired(
    'bursts of loss, 3 %',
    behind('port-restricted', line({ loss: { rate: 0.03, meanBurstPackets: 4 } })),
    { maxConcealed: BURSTY, maxGapMs: BURSTY_GAP_MS, listenMs: 2 * LISTEN_MS },
  ),
  impaired('jitter of 30 ms', behind('port-restricted', jittery(40, 30)), CLEAN),
  impaired('jitter of 100 ms', behind('port-restricted', jittery(120, 100)), { maxConcealed: ROUGH }),
  impaired('reordering', behind('port-restricted', line({ reorder: 0.05, reorderByMs: 60 })), CLEAN),
  impaired('duplication', behind('port-restricted', line({ duplicate: 0.1 })), CLEAN),
  impaired('3G', behind('cgnat', { link: LINES['3g'] }), { maxConcealed: ROUGH, maxGapMs: FAR_GAP_MS }),
  impaired('geostationary satellite', behind('cgnat', { link: LINES.geostationary }), {
    maxConcealed: ROUGH,
    // What was lost is asked for and comes after 600 ms at the earliest.
    maxGapMs: 700,
  }),
  impaired('low satellites', behind('cgnat', { link: LINES['low-orbit'] }), {
    maxConcealed: ROUGH,
    maxGapMs: FAR_GAP_MS,
  }),
  impaired('MTU 1280', behind('port-restricted', { mtu: 1280, ...line({ mtu: 1280 }) }), CLEAN),
  impaired('asymmetric line', behind('port-restricted', { link: LINES.adsl }), CLEAN),
  {
    ...impaired('asymmetric line of the broadcaster', behind('port-restricted'), CLEAN),
    broadcaster: behind('port-restricted', { link: LINES.adsl }),
  },
  {
    ...impaired('MTU 1280 of the broadcaster', behind('port-restricted'), CLEAN),
    broadcaster: behind('port-restricted', { mtu: 1280, ...line({ mtu: 1280 }) }),
  },
]

function impaired(name: string, listener: Place, limits: Limits): Scenario {
  const { maxConcealed, maxGapMs = GAP_MS, listenMs = LISTEN_MS } = limits
  return {
    name: `impairments/${name}`,
    group: 'impairments',
    broadcaster: behind('port-restricted'),
    listener,
    listenMs,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs, maxConcealed },
  }
}

/** Radio without loss: what is not received is sent again, which takes time. */
function jittery(delayMs: number, jitterMs: number): Pick<Place, 'link'> {
  return { link: { delayMs, jitterMs } }
}
