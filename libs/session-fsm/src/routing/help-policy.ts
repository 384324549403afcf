/** What a listener knows of itself when it asks whether it should pass envelopes on for others. */
export interface HelperView {
  /** Of its NAT: only who is found by others without luck is of help. */
  readonly natClass: 'unknown' | 'open' | 'consistent' | 'random'
  /** Linked to the station itself, over the DHT. */
  readonly linked: boolean
  /** Helpers that are announced already. */
  readonly announced: number
}

/** A public address helps in every case; behind a NAT only where nobody else does: strangers' punches are a burden. */
const ENOUGH: Readonly<Record<HelperView['natClass'], number>> = {
  open: 16,
  consistent: 2,
  random: 0,
  unknown: 0,
}

export function shouldHelp({ announced, linked, natClass }: HelperView): boolean {
  return linked && announced < ENOUGH[natClass]
}
