import type { Intake } from './intake.ts'
import type { TunerPlayer } from './tuner-options.ts'

/** A relay asks for lost frames as long as a child could use them. */
const REPAIR_US = 800_000
const REPAIR_FRAMES = 40

/** Plays nothing: what a relay has in place of a player. */
export const keeper: TunerPlayer = {
  start: () => undefined,
  reset: () => undefined,
  startAfter: () => undefined,
  onFrame: () => undefined,
  onHeartbeat: () => undefined,
  awaitRepair: () => undefined,
  tuneRepair: ({ clock, repair, ring }: Intake) => {
    if (clock.known) repair.rttUs = clock.rttUs
    repair.giveUpUs = REPAIR_US
    if (ring.head > REPAIR_FRAMES) repair.forgetBefore(ring.head - REPAIR_FRAMES)
  },
}
