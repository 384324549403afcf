import type { PathSummary } from './path-monitor.ts'

export type DirectPath = 'swarm' | 'webrtc'

/** What the user asked for: `auto`, or one path and nothing else. */
export type PathPreference = 'auto' | DirectPath

/** Carried from one decision to the next. */
export interface PathChoice {
  readonly path: DirectPath
  /** When it was chosen: it gets time to speak before its silence counts. */
  readonly sinceUs: number
  /** Since when the chosen path has been measurably worse than the other; undefined while it is not. */
  readonly worseSinceUs: number | undefined
  /** No switch for quality's sake before this. */
  readonly heldUntilUs: number
}

export interface PathView {
  readonly summary: PathSummary
  /** The transport is connected and its peer proven. */
  readonly available: boolean
}

export interface PathInput {
  readonly nowUs: number
  readonly preference: PathPreference
  readonly swarm: PathView
  readonly webrtc: PathView
  /** `webrtcMonitor.framesNoLaterThan(swarmMonitor)`. */
  readonly webrtcFramesNoLater: number
  /** The source has said that it sends nothing: silence accuses no path. */
  readonly sourceIsQuiet: boolean
}

const FRAMES_NO_LATER = 10
const SILENT_US = 300_000
const SILENT_GAPS = 4
const WORSE_LOSS_RATIO = 0.01
const WORSE_DELAY_MS = 15
const WORSE_FOR_US = 10_000_000
const HOLD_US = 60_000_000

/** Sound first: audio starts by the swarm's datagrams. */
export const FIRST_CHOICE: PathChoice = {
  path: 'swarm',
  sinceUs: 0,
  worseSinceUs: undefined,
  heldUntilUs: 0,
}

/**
 * Which path should carry the audio now. `auto` prefers WebRTC once 10 verified frames in a row came no later
 * than by the swarm, leaves a path that falls silent while the other lives, and leaves one that has been worse
 * for 10 s; after that it stays for 60 s. Returns the same object when nothing changes.
 */
export function choosePath(choice: PathChoice, input: PathInput): PathChoice {
  const { nowUs, preference } = input
  if (preference !== 'auto') {
    return choice.path === preference ? choice : switchTo(preference, nowUs, choice.heldUntilUs)
  }
  const other = choice.path === 'swarm' ? 'webrtc' : 'swarm'
  const current = input[choice.path]
  const alternative = input[other]
  if (!alternative.available) return choice.worseSinceUs === undefined ? choice : notWorse(choice)
  if (!current.available || (!input.sourceIsQuiet && isSilent(current.summary, nowUs, choice.sinceUs))) {
    return switchTo(other, nowUs, other === 'swarm' ? nowUs + HOLD_US : choice.heldUntilUs)
  }
  if (nowUs < choice.heldUntilUs) return choice
  if (other === 'webrtc' && input.webrtcFramesNoLater >= FRAMES_NO_LATER) return switchTo('webrtc', nowUs, 0)
  if (!isWorse(current.summary, alternative.summary)) {
    return choice.worseSinceUs === undefined ? choice : notWorse(choice)
  }
  const worseSinceUs = choice.worseSinceUs ?? nowUs
  if (nowUs - worseSinceUs >= WORSE_FOR_US) return switchTo(other, nowUs, nowUs + HOLD_US)
  return choice.worseSinceUs === undefined ? { ...choice, worseSinceUs } : choice
}

/** Silent since `sinceUs` for longer than its own rhythm explains. */
export function isSilent(summary: PathSummary, nowUs: number, sinceUs: number = 0): boolean {
  const gapsUs = Number.isNaN(summary.p99GapMs) ? 0 : SILENT_GAPS * summary.p99GapMs * 1000
  return nowUs - Math.max(summary.lastHeardUs, sinceUs) > Math.max(SILENT_US, gapsUs)
}

function isWorse(current: PathSummary, other: PathSummary): boolean {
  if (current.lossRatio >= WORSE_LOSS_RATIO && current.lossRatio > other.lossRatio) return true
  return current.p95DelayMs - other.p95DelayMs >= WORSE_DELAY_MS
}

function notWorse(choice: PathChoice): PathChoice {
  return { ...choice, worseSinceUs: undefined }
}

function switchTo(path: DirectPath, sinceUs: number, heldUntilUs: number): PathChoice {
  return { path, sinceUs, worseSinceUs: undefined, heldUntilUs }
}
