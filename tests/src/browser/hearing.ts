import { expect } from 'vitest'
import { watched } from './calm.ts'
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
  let [best, bestCalm] = [1, Number.NaN]
  for (let n = 0; n < TRIES && best > 0.01; n++) {
    const { isCalm, result } = await watched(() => opened.record(2))
    const share = Math.max(...hearNotes(result).map(({ silentShare }) => silentShare))
    best = Math.min(best, share)
    if (isCalm) bestCalm = Math.min(best, share)
  }
  process.stdout.write(
    `silent share ${best}${Number.isNaN(bestCalm) ? ', on a busy computer: not judged' : ''}\n`,
  )
  if (!Number.isNaN(bestCalm)) expect(best).toBeLessThan(CONTINUOUS_SHARE)
}
