export { createDriver, type MachineDriver } from './driver.ts'
export type { Effect, EffectMachine, StartTimer, StopTimer, TimerEvent } from './machine.ts'
export {
  reconnectMachine,
  type ReconnectContext,
  type ReconnectEffect,
  type ReconnectEvent,
  type ReconnectInput,
  type ReconnectState,
} from './reconnect.ts'
export type { CandidateSource } from './reconnect-policy.ts'
