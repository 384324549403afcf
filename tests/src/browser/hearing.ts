import { hearNotes, type EarHeard } from './fake-microphone.ts'
import type { OpenedPage } from './opened-page.ts'

/** What the computer is held up by shows once, what is wrong shows each time: the best of a few recordings counts. */
export async function hearWell(opened: OpenedPage): Promise<EarHeard[]> {
  let best = hearNotes(await opened.record(2))
  const worstShare = (heard: EarHeard[]): number => Math.max(...heard.map(({ silentShare }) => silentShare))
  for (let again = 0; again < 4 && worstShare(best) > 0.01; again++) {
    const heard = hearNotes(await opened.record(2))
    if (worstShare(heard) < worstShare(best)) best = heard
  }
  return best
}
