export { ChildCongestion, type Reception, type Treatment } from './congestion/child-congestion.ts'
export { UplinkBudget, type UplinkBudgetOptions, type UplinkShare } from './congestion/uplink-budget.ts'
export { createDriver, type MachineDriver } from '@pearcast/fsm'
export { listeningMachine } from './listening/machine.ts'
export type {
  ListeningContext,
  ListeningEffect,
  ListeningEvent,
  ListeningInput,
  ListeningNotice,
  ListeningState,
  EndReason,
  RedialReason,
} from './listening/types.ts'
export type { Effect, EffectMachine, StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'
export { likelyPath, type LikelyPath, type Reach } from './reach/likely-path.ts'
export { pathsMachine } from './paths/machine.ts'
export {
  activePath,
  type DirectPath,
  type PathMode,
  type PathsContext,
  type PathsEffect,
  type PathsEvent,
  type PathsInput,
  type PathsState,
} from './paths/types.ts'
export type { CandidateSource } from './reconnect/dial-policy.ts'
export { reconnectMachine } from './reconnect/machine.ts'
export type {
  ReconnectContext,
  ReconnectEffect,
  ReconnectEvent,
  ReconnectInput,
  ReconnectState,
} from './reconnect/types.ts'
export { isHopelessDial } from './routing/hopeless.ts'
export { type HelperView, shouldHelp } from './routing/help-policy.ts'
export { routingMachine } from './routing/machine.ts'
export type {
  RoutingContext,
  RoutingEffect,
  RoutingEvent,
  RoutingInput,
  RoutingState,
} from './routing/types.ts'
export { createSenderSlots, type SenderSlots, type SenderSlotsOptions } from './paths/sender-slots.ts'
export {
  type CandidatePolicy,
  type CandidateVerdict,
  createCandidateFilter,
  type IceCandidate,
  judgeCandidate,
  MAX_SENT_CANDIDATES,
  parseCandidate,
} from './signaling/candidate-policy.ts'
export { signalingMachine } from './signaling/machine.ts'
export { remoteSignalEvent } from './signaling/remote-signal.ts'
export {
  CLOSED_REASON,
  type SignalingContext,
  type SignalingEffect,
  type SignalingEvent,
  type SignalingInput,
  type SignalingPhase,
  type SignalingRole,
  type SignalingState,
  type TrickledCandidate,
} from './signaling/types.ts'
export { stationMachine } from './station/machine.ts'
export type {
  OffAirReason,
  StationContext,
  StationEffect,
  StationEvent,
  StationInput,
  StationNotice,
  StationState,
} from './station/types.ts'
