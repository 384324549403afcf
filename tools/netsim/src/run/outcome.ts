import type { Path, Via } from '../scenarios/scenario.ts'
import type { Program } from './program.ts'

/** The error with which a role gave up, and when after its start. */
export interface Told {
  role: string
  code: string
  afterMs: number
  exit: number | string | undefined
}

/** What a listener heard, as its own events and its recording tell. */
export interface Heard {
  firstSoundMs: number
  /** What carried the first sound. */
  first: { path: Path | undefined; via: Via | undefined }
  /** At the end. */
  path: Path | undefined
  via: Via | undefined
  latencyMs: { p50: number; p95: number } | undefined
  /** Peers between the broadcaster and this listener at the end; 0 when it hears the broadcaster itself. */
  relayHops: number
  /** Longest silence after the first sound, by events and recording: the longer of both. One that does not end counts too. */
  gapMs: number
  framesSent: number
  framesLost: number
  framesConcealed: number
  framesDuplicate: number
  /** Silences of 150 ms or more, as the listener counted them. */
  interruptions: number
  /** Frames were still being played when the listening was over. */
  playsAtEnd: boolean
}

/** Frames of 20 ms played in each of the last two seconds that count as "it plays". */
const PLAYS_FRAMES_A_SECOND = 15
const PLAYS_WINDOW_MS = 2500

/** Undefined when there was no first sound. Gaps told before `gapsFromMs`, Unix time, do not count. */
export function heardBy(
  listener: Program,
  silenceMs: number,
  endedAtMs: number,
  gapsFromMs = 0,
): Heard | undefined {
  const first = listener.last('first-audio')
  if (first === undefined) return undefined
  const final = listener.last('ended') ?? listener.last('stats')
  const latency = final?.['latencyMs']
  const untilEndMs = endedAtMs - Math.max(lastPlayedAtMs(listener, endedAtMs, first.t), gapsFromMs)
  const endGapMs = untilEndMs > PLAYS_WINDOW_MS ? untilEndMs : 0
  const gapsMs = listener
    .of('gap')
    .filter(({ t }) => t >= gapsFromMs)
    .map((gap) => number(gap['ms']))
  return {
    firstSoundMs: number(first['ms']),
    first: { path: pathOf(first['path']), via: viaOf(first['via']) },
    path: pathOf(final?.['path'] ?? first['path']),
    via: viaOf(final?.['via'] ?? first['via']),
    latencyMs: isLatency(latency) ? latency : undefined,
    relayHops: number(final?.['relayHops']),
    gapMs: Math.round(Math.max(silenceMs, endGapMs, ...gapsMs)),
    framesSent: number(final?.['framesSent']),
    framesLost: number(final?.['framesLost']),
    framesConcealed: number(final?.['framesConcealed']),
    framesDuplicate: number(final?.['framesDuplicate']),
    interruptions: number(final?.['interruptions']),
    playsAtEnd: playsAt(listener, endedAtMs),
  }
}

/** When it last told that frames had been played, Unix time, ms. */
function lastPlayedAtMs(listener: Program, endedAtMs: number, firstAtMs: number): number {
  let atMs = firstAtMs
  let played = 0
  for (const { t, framesPlayed } of listener.of('stats')) {
    if (t > endedAtMs) break
    if (number(framesPlayed) > played) atMs = t
    played = number(framesPlayed)
  }
  return atMs
}

/** Compares the statistics, one a second, of the last moment with those of two before it, or of one where it listened shortly. */
function playsAt(listener: Program, atMs: number): boolean {
  const stats = listener.of('stats').filter(({ t }) => t <= atMs)
  const [before, ...later] = stats.slice(-3)
  const last = later.at(-1)
  if (before === undefined || last === undefined || atMs - last.t > PLAYS_WINDOW_MS) return false
  const frames = number(last['framesPlayed']) - number(before['framesPlayed'])
  return frames >= PLAYS_FRAMES_A_SECOND * later.length
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function isLatency(value: unknown): value is { p50: number; p95: number } {
  return typeof value === 'object' && value !== null && 'p50' in value && 'p95' in value
}

function pathOf(value: unknown): Path | undefined {
  return value === 'swarm' || value === 'webrtc' || value === 'relayed' ? value : undefined
}

const VIAS: readonly Via[] = ['lan', 'public', 'punched', 'birthday', 'webrtc', 'relay']
function viaOf(value: unknown): Via | undefined {
  return VIAS.find((via) => via === value)
}
