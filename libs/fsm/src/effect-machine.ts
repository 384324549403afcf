import type {
  AnyActorRef,
  EventObject,
  MachineContext,
  MetaObject,
  NonReducibleUnknown,
  ParameterizedObject,
  ProvidedActor,
  StateMachine,
  StateSchema,
  StateValue,
} from 'xstate'

/** What a machine wants done: plain data, performed by an adapter. */
export interface Effect {
  readonly type: string
}

/** Starts a timer, or starts it afresh when it is running. Its end comes back as {@link TimerEvent}. */
export interface StartTimer<Id extends string> {
  readonly type: 'start-timer'
  readonly id: Id
  readonly ms: number
}

/** Stops a timer. One that is not running is left alone. */
export interface StopTimer<Id extends string> {
  readonly type: 'stop-timer'
  readonly id: Id
}

/** A timer that an effect started has run out. */
export interface TimerEvent<Id extends string> {
  readonly type: 'timer'
  readonly id: Id
}

/** The parameters of an effect: its fields without the type, or nothing. */
type ParamsOf<F extends Effect, T extends F['type']> = Fields<Extract<F, { type: T }>>

type Fields<F> = F extends unknown
  ? Exclude<keyof F, 'type'> extends never
    ? undefined
    : Omit<F, 'type'>
  : never

/** One xstate action for each effect of a machine; the compiler asks for every one of them. */
export type EffectActions<F extends Effect> = {
  readonly [T in F['type']]: (args: unknown, params: ParamsOf<F, T>) => void
}

/** The body of every effect's action: a machine names what it wants and never does it. */
export const effect = (): void => {}

/** What xstate's `setup` reads the types of a machine from; it never looks at the values. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- naming the types is all it does
export function typesOf<C, E, I>(): { context: C; events: E; input: I } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- xstate has no other way to name types
  return {} as { context: C; events: E; input: I }
}

/** An xstate machine that also knows the type of its effects (`~effect` exists for the compiler only). */
export type EffectMachine<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
> = StateMachine<
  C,
  E,
  Record<string, AnyActorRef | undefined>,
  ProvidedActor,
  ParameterizedObject,
  ParameterizedObject,
  string,
  V,
  string,
  I,
  NonReducibleUnknown,
  EventObject,
  MetaObject,
  StateSchema,
  MetaObject
> & { readonly '~effect'?: F }
