export { createDriver, type MachineDriver } from './driver.ts'
export {
  effect,
  type Effect,
  type EffectActions,
  type EffectMachine,
  type StartTimer,
  type StopTimer,
  type TimerEvent,
  typesOf,
} from './effect-machine.ts'
