export {
  choosePath,
  type DirectPath,
  FIRST_CHOICE,
  isSilent,
  type PathChoice,
  type PathInput,
  type PathPreference,
  type PathView,
} from './choose-path.ts'
export { ClockOffset } from './clock-offset.ts'
export { FrameBus } from './frame-bus.ts'
export { FRAME_RING_SIZE, FrameRing } from './frame-ring.ts'
export { LatencyHistogram } from './latency-histogram.ts'
export { PathMonitor, type PathSummary } from './path-monitor.ts'
export { Playout } from './playout.ts'
export type { Decoder, Gap, PlayedSlot, PlayoutOptions, PlayoutState, PlayoutStats } from './playout-types.ts'
export { type RepairOptions, RepairRequester } from './repair-requester.ts'
