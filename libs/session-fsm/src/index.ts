export { createDriver, type MachineDriver } from './driver.ts'
export {
  type ListeningContext,
  type ListeningEffect,
  type ListeningEvent,
  type ListeningInput,
  listeningMachine,
  type ListeningNotice,
  type ListeningState,
  type EndReason,
  type RedialReason,
} from './listening.ts'
export type { Effect, EffectMachine, StartTimer, StopTimer, TimerEvent } from './machine.ts'
export {
  activePath,
  type DirectPath,
  type PathMode,
  type PathsContext,
  type PathsEffect,
  type PathsEvent,
  type PathsInput,
  pathsMachine,
  type PathsState,
} from './paths.ts'
export type { CandidateSource } from './reconnect-policy.ts'
export {
  type ReconnectContext,
  type ReconnectEffect,
  type ReconnectEvent,
  type ReconnectInput,
  reconnectMachine,
  type ReconnectState,
} from './reconnect.ts'
export {
  CLOSED_REASON,
  remoteSignalEvent,
  type SignalingContext,
  type SignalingEffect,
  type SignalingEvent,
  type SignalingInput,
  signalingMachine,
  type SignalingPhase,
  type SignalingRole,
  type SignalingState,
  type TrickledCandidate,
} from './signaling.ts'
export {
  type OffAirReason,
  type StationContext,
  type StationEffect,
  type StationEvent,
  type StationInput,
  stationMachine,
  type StationNotice,
  type StationState,
} from './station.ts'
