import { expect } from 'vitest'

/** What a computer that is held up for a moment may cost; exact figures belong to scenario reports, which know of it. */
const HELD_UP_SHARE = 0.1

/** From the first frame that was sent to the last: played but for what a pause of one process cost, and nothing twice. */
export function expectWhole(ended: object, framesSent: number): void {
  expect(ended).toMatchObject({ framesSent, framesDuplicate: 0 })
  expect(Number(Reflect.get(ended, 'framesPlayed')), JSON.stringify(ended)).toBeGreaterThanOrEqual(
    framesSent * (1 - HELD_UP_SHARE),
  )
}
