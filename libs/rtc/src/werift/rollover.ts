/** What SRTP knows of one source: how often its 16-bit sequence numbers have wrapped. */
export interface RolloverState {
  rolloverCounter: number
  rolloverHasProcessed?: boolean
  lastSequenceNumber: number
}

/**
 * The packet index of RFC 3711 section 3.3.1: the wrap that brings a sequence number closest to the last one. werift's own
 * count looks at 100 numbers around the wrap only: a pause of the source, or a repair across it, and nothing is
 * understood until the next negotiation.
 */
export function countRollover(sequenceNumber: number, state: RolloverState): void {
  const { lastSequenceNumber } = state
  const isFirst = state.rolloverHasProcessed !== true
  state.rolloverHasProcessed = true
  state.lastSequenceNumber = sequenceNumber
  if (isFirst) return
  const distance = ((sequenceNumber - lastSequenceNumber + 0x8000) & 0xffff) - 0x8000
  if (distance > 0 && sequenceNumber < lastSequenceNumber) state.rolloverCounter++
  if (distance < 0 && sequenceNumber > lastSequenceNumber && state.rolloverCounter > 0)
    state.rolloverCounter--
}
