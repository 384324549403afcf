import { expect } from 'vitest'
import { watched } from '../testing/machine.ts'
import { hearNotes, type EarHeard, type Notes } from './fake-microphone.ts'
import type { UserPage } from './user-page.ts'

/** A busy computer takes its time; what is wrong stays wrong. */
const WITHIN_MS = 45_000
const TRIES = 4
const CONTINUOUS_SHARE = 0.05

/** Each note in its own ear only, as loud as it was played, or so much louder. */
export function isPlayed(heard: readonly EarHeard[], gainDb = 0): boolean {
  return heard.every(({ otherDb, ownDb }) => Math.abs(ownDb - gainDb) < 1 && otherDb < -25)
}

export function isSilent(heard: readonly EarHeard[]): boolean {
  return heard.every(({ ownDb }) => ownDb < -60)
}

export function tell(heard: readonly EarHeard[]): void {
  process.stdout.write(`heard ${JSON.stringify(heard)}\n`)
}

/** Records what the page plays until it is as it should be. */
export async function expectHeard(
  opened: UserPage,
  isWanted: (heard: EarHeard[]) => boolean,
  { notes, seconds = 1 }: { notes?: Notes; seconds?: number } = {},
): Promise<void> {
  const deadlineMs = performance.now() + WITHIN_MS
  let heard = hearNotes(await opened.record(seconds), notes)
  while (!isWanted(heard) && performance.now() < deadlineMs)
    heard = hearNotes(await opened.record(seconds), notes)
  tell(heard)
  expect(heard).toSatisfy(isWanted)
}

/** Nearly no silence in the best of a few recordings: asked for where the computer had time for one of them. */
export async function expectContinuous(opened: UserPage): Promise<void> {
  let best = 1
  let why: string | undefined = ''
  for (let n = 0; n < TRIES && best > 0.01; n++) {
    const { heldUp, result } = await watched(() => opened.record(2))
    best = Math.min(best, Math.max(...hearNotes(result).map(({ silentShare }) => silentShare)))
    if (why !== undefined) why = heldUp
  }
  process.stdout.write(`silent share ${best}${why === undefined ? '' : ` is not judged: ${why}`}\n`)
  if (why === undefined) expect(best).toBeLessThan(CONTINUOUS_SHARE)
}

/** The right notes in a file of the last seconds. */
export function expectNotesIn({ pcm }: { pcm: Float32Array }): void {
  const ears = [0, 1].map((ear) => pcm.filter((_, i) => i % 2 === ear))
  expect(ears[0]?.length).toBeGreaterThan(24_000)
  const heard = hearNotes(ears)
  tell(heard)
  expect(heard).toSatisfy(isPlayed)
}

export async function isLoud(opened: UserPage): Promise<boolean> {
  const [left] = await opened.record(0.3)
  return left?.some((sample) => Math.abs(sample) > 0.05) === true
}
