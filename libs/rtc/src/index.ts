export { RtcError, type RtcErrorCode } from './errors.ts'
export {
  RTC_LIMITS,
  type PeerRole,
  type PeerTransport,
  type PeerTransportEvents,
  type PeerTransportOptions,
  type PeerTransportState,
} from './peer-transport.ts'
export { type Candidate, formatCandidate, parseCandidate } from './candidate.ts'
export { type AudioDescription, formatSdp, parseSdpSafely } from './sdp.ts'
export {
  closeRtc,
  createTransport,
  RTC_STACKS,
  type RtcAvailability,
  rtcAvailable,
  type RtcStack,
} from './stacks.ts'
