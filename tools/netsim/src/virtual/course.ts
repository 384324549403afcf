import type { Source } from './source.ts'

/**
 * What a peer has of the source as a function of time, and with it what it passes on: the newest frame that was sent
 * `lagMs` ago, at most `endSeq`, at least `floorSeq`. It changes only when the tree does.
 */
export interface Course {
  /** Since the source sent it. */
  readonly lagMs: number
  /** Relays passed; 0 at the broadcaster. */
  readonly hops: number
  /** The last frame that comes; Infinity while nothing is broken between here and the broadcaster. */
  readonly endSeq: number
  /** What the peer had before. */
  readonly floorSeq: number
  /** The newest frame that the peer itself has missed: what it passes on goes on behind that. */
  readonly missedSeq: number
}

export const NOTHING: Course = { lagMs: 0, hops: 17, endSeq: -1, floorSeq: -1, missedSeq: -1 }

export function newestAt({ endSeq, floorSeq, lagMs }: Course, source: Source, nowMs: number): number {
  return Math.max(floorSeq, Math.min(endSeq, source.seqAt(nowMs - lagMs)))
}

/** The same, seen over a link. */
export function delayed(course: Course, byMs: number): Course {
  return { ...course, lagMs: course.lagMs + byMs }
}

export function isSame(a: Course, b: Course): boolean {
  const isFromThere = a.lagMs === b.lagMs && a.hops === b.hops
  return isFromThere && a.endSeq === b.endSeq && a.floorSeq === b.floorSeq && a.missedSeq === b.missedSeq
}
