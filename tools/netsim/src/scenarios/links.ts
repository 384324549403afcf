import { atHome, behind, line, onMobile, withoutUdp } from './places.ts'
import type { Scenario } from './scenario.ts'

/** An interruption begins here. */
const GAP_MS = 150

/** Of the frames sent: twice what a longer run may conceal, for the first losses teach the playout to wait for repair. */
const LOSSY = 0.002

/** HyperDHT asks for 6 s before it gives up. */
const NO_UDP_MS = 8000

/** Places and lines that people really have. */
export const links: readonly Scenario[] = [
  {
    name: 'links/cgnat x home',
    group: 'links',
    canary: true,
    broadcaster: onMobile(),
    listener: atHome(),
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS },
  },
  {
    name: 'links/same LAN',
    group: 'links',
    canary: true,
    broadcaster: atHome(),
    listener: 'same-lan',
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS },
  },
  {
    name: 'links/UDP blocked',
    group: 'links',
    canary: true,
    broadcaster: behind('public'),
    listener: withoutUdp(),
    expect: { verdict: 'error', role: 'listener', code: 'NO_UDP', withinMs: NO_UDP_MS },
  },
  {
    name: 'links/UDP blocked, broadcaster',
    group: 'links',
    broadcaster: withoutUdp(),
    listener: behind('public'),
    expect: { verdict: 'error', role: 'broadcaster', code: 'NO_UDP', withinMs: NO_UDP_MS },
  },
  {
    name: 'links/5 % loss, a minute',
    group: 'links',
    canary: true,
    broadcaster: behind('port-restricted'),
    listener: behind('port-restricted', line({ loss: 0.05 })),
    // Of fewer frames a handful more or less would decide.
    listenMs: 60_000,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs: GAP_MS, maxConcealed: LOSSY },
  },
]
