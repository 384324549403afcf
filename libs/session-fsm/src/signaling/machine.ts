import { setup } from 'xstate'
import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import {
  CLOSED_REASON,
  MAX_QUEUED_CANDIDATES,
  type SignalingContext,
  type SignalingEffect,
  type SignalingEvent,
  type SignalingInput,
  type SignalingPhase,
  type SignalingState,
  type SignalingTimer,
  type TrickledCandidate,
} from './types.ts'

const effects: EffectActions<SignalingEffect> = {
  'create-transport': effect,
  'create-offer': effect,
  'accept-offer': effect,
  'accept-answer': effect,
  'add-candidate': effect,
  'send-signal': effect,
  'close-transport': effect,
  notify: effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<SignalingContext, SignalingEvent, SignalingInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: SignalingTimer }) => event.type === 'timer' && event.id === params.id,
    isOfferer: ({ context }) => context.role === 'offerer',
    mayRetry: ({ context }) => context.role === 'offerer' && context.retries < context.retryMs.length,
    isPresent: ({ context, event }) => 'session' in event && event.session === context.session,
    isNewOffer: ({ context, event }) =>
      event.type === 'REMOTE_OFFER' && context.role === 'answerer' && event.session > context.session,
    isEarly: ({ context, event }) =>
      event.type === 'REMOTE_CANDIDATE' && context.role === 'answerer' && event.session > context.session,
  },
})

const machineSetup = base.extend({
  actions: {
    offerAnew: base.enqueueActions(({ context, enqueue }) => {
      const session = context.session === 0 ? context.firstSession : context.session + 1
      enqueue.assign({ session, localCandidates: [], remoteCandidates: [], remoteSession: session })
      enqueue({ type: 'create-transport', params: { session } })
      enqueue({ type: 'create-offer', params: { session } })
    }),
    takeOffer: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'REMOTE_OFFER') return
      const { session, sdp } = event
      const early = context.remoteSession === session ? context.remoteCandidates : []
      enqueue.assign({ session, localCandidates: [], remoteCandidates: [], remoteSession: session })
      enqueue({ type: 'create-transport', params: { session } })
      enqueue({ type: 'accept-offer', params: { session, sdp } })
      for (const candidate of early) enqueue({ type: 'add-candidate', params: { session, ...candidate } })
    }),
    takeAnswer: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'REMOTE_ANSWER') return
      const { session } = context
      enqueue({ type: 'accept-answer', params: { session, sdp: event.sdp } })
      for (const candidate of context.remoteCandidates) {
        enqueue({ type: 'add-candidate', params: { session, ...candidate } })
      }
      enqueue.assign({ remoteCandidates: [] })
    }),
    /** The description first, then the candidates that were found before it was ready. */
    sendDescription: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'LOCAL_OFFER' && event.type !== 'LOCAL_ANSWER') return
      const { session } = context
      const kind = event.type === 'LOCAL_OFFER' ? 'offer' : 'answer'
      enqueue({ type: 'send-signal', params: { session, signal: { kind, sdp: event.sdp } } })
      for (const candidate of context.localCandidates) {
        enqueue({
          type: 'send-signal',
          params: { session, signal: { kind: 'candidate', ...candidate } },
        })
      }
      enqueue.assign({ localCandidates: [] })
    }),
    sendCandidate: base.enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'LOCAL_CANDIDATE') return
      const { session, candidate, mid } = event
      enqueue({
        type: 'send-signal',
        params: { session, signal: { kind: 'candidate', candidate, mid } },
      })
    }),
    holdLocalCandidate: base.assign({
      localCandidates: ({ context, event }) =>
        event.type === 'LOCAL_CANDIDATE' ? hold(context.localCandidates, event) : context.localCandidates,
    }),
    addCandidate: base.enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'REMOTE_CANDIDATE') return
      const { session, candidate, mid } = event
      enqueue({ type: 'add-candidate', params: { session, candidate, mid } })
    }),
    /** A later session than the one held replaces it; an earlier one is stale. */
    holdRemoteCandidate: base.assign(({ context, event }) => {
      if (event.type !== 'REMOTE_CANDIDATE' || event.session < context.remoteSession) return {}
      const held = event.session === context.remoteSession ? context.remoteCandidates : []
      return { remoteSession: event.session, remoteCandidates: hold(held, event) }
    }),
    closeTransport: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'close-transport', params: { session: context.session } })
    }),
    tellPeerFailed: base.enqueueActions(({ context, event, enqueue }) => {
      const { session } = context
      enqueue({
        type: 'send-signal',
        params: { session, signal: { kind: 'failed', reason: reasonOf(event) } },
      })
    }),
    tellPeerClosed: base.enqueueActions(({ context, enqueue }) => {
      const { session } = context
      enqueue({
        type: 'send-signal',
        params: { session, signal: { kind: 'failed', reason: CLOSED_REASON } },
      })
    }),
    startNegotiation: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'negotiation', ms: context.negotiationMs } })
    }),
    waitToRetry: base.enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ retries: context.retries + 1 })
      enqueue({ type: 'start-timer', params: { id: 'retry', ms: context.retryMs[context.retries] ?? 0 } })
    }),
    startStable: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'stable', ms: context.stableMs } })
    }),
    forgetRetries: base.assign({ retries: 0 }),
  },
})

const tell = (state: SignalingPhase) =>
  ({
    type: 'notify',
    params: ({ event }: { event: SignalingEvent }) => ({ state, reason: reasonOf(event) }),
  }) as const
const stopTimer = <I extends SignalingTimer>(id: I) => ({ type: 'stop-timer', params: { id } }) as const
const closed = ['closeTransport', tell('closed')] as const

/** What an open transport may meet at any time. */
const whileOpen = {
  TRANSPORT_FAILED: { guard: 'isPresent', target: 'failing', actions: 'tellPeerFailed' },
  REMOTE_FAILED: { guard: 'isPresent', target: 'failing' },
  REMOTE_CLOSED: { guard: 'isPresent', target: 'idle', actions: closed },
  REMOTE_OFFER: {
    guard: 'isNewOffer',
    target: 'negotiating.answering',
    reenter: true,
    actions: ['closeTransport', 'takeOffer'],
  },
  STOP: { target: 'closed', actions: ['tellPeerClosed', ...closed] },
} as const
const takeCandidates = {
  LOCAL_CANDIDATE: { guard: 'isPresent', actions: 'sendCandidate' },
  REMOTE_CANDIDATE: { guard: 'isPresent', actions: 'addCandidate' },
} as const

/** One WebRTC connection over the control channel: each try has a number and a transport of its own. */
export const signalingMachine: EffectMachine<
  SignalingContext,
  SignalingEvent,
  SignalingState,
  SignalingInput,
  SignalingEffect
> = machineSetup.createMachine({
  id: 'signaling',
  context: ({ input }) => ({
    negotiationMs: 8000,
    retryMs: [1000, 5000, 15_000],
    stableMs: 10_000,
    firstSession: 1,
    ...input,
    session: 0,
    retries: 0,
    localCandidates: [],
    remoteCandidates: [],
    remoteSession: 0,
  }),
  initial: 'idle',
  on: {
    REMOTE_CANDIDATE: { guard: 'isEarly', actions: 'holdRemoteCandidate' },
    STOP: { target: '.closed', actions: tell('closed') },
  },
  states: {
    idle: {
      on: {
        START: { guard: 'isOfferer', target: 'negotiating.offering' },
        RETRY: { guard: 'isOfferer', target: 'negotiating.offering', actions: 'forgetRetries' },
        REMOTE_OFFER: { guard: 'isNewOffer', target: 'negotiating.answering', actions: 'takeOffer' },
      },
    },

    negotiating: {
      entry: ['startNegotiation', tell('negotiating')],
      exit: stopTimer('negotiation'),
      on: { ...whileOpen, timer: { target: 'failing', actions: 'tellPeerFailed' } },
      initial: 'offering',
      states: {
        offering: {
          entry: 'offerAnew',
          on: {
            LOCAL_OFFER: { guard: 'isPresent', target: 'awaiting-answer', actions: 'sendDescription' },
            LOCAL_CANDIDATE: { guard: 'isPresent', actions: 'holdLocalCandidate' },
          },
        },
        'awaiting-answer': {
          on: {
            REMOTE_ANSWER: { guard: 'isPresent', target: 'connecting', actions: 'takeAnswer' },
            REMOTE_CANDIDATE: { guard: 'isPresent', actions: 'holdRemoteCandidate' },
            LOCAL_CANDIDATE: { guard: 'isPresent', actions: 'sendCandidate' },
          },
        },
        answering: {
          on: {
            LOCAL_ANSWER: { guard: 'isPresent', target: 'connecting', actions: 'sendDescription' },
            LOCAL_CANDIDATE: { guard: 'isPresent', actions: 'holdLocalCandidate' },
            REMOTE_CANDIDATE: { guard: 'isPresent', actions: 'addCandidate' },
          },
        },
        connecting: {
          on: {
            ...takeCandidates,
            TRANSPORT_CONNECTED: { guard: 'isPresent', target: '#signaling.connected' },
          },
        },
      },
    },

    connected: {
      entry: ['startStable', tell('connected')],
      exit: stopTimer('stable'),
      on: { ...whileOpen, ...takeCandidates, timer: { actions: 'forgetRetries' } },
    },

    /** A transport that failed is never used again: no ICE restart, but a fresh one under the next number. */
    failing: {
      entry: 'closeTransport',
      always: [
        { guard: 'mayRetry', target: 'retrying' },
        { guard: 'isOfferer', target: 'failed' },
        { target: 'idle', actions: tell('failed') },
      ],
    },

    retrying: {
      entry: ['waitToRetry', tell('retrying')],
      exit: stopTimer('retry'),
      on: {
        timer: { target: 'negotiating.offering' },
        RETRY: { target: 'negotiating.offering', actions: 'forgetRetries' },
        REMOTE_CLOSED: { guard: 'isPresent', target: 'idle', actions: tell('closed') },
      },
    },

    failed: {
      entry: tell('failed'),
      on: { RETRY: { target: 'negotiating.offering', actions: 'forgetRetries' } },
    },

    closed: { type: 'final' },
  },
})

function hold(
  held: readonly TrickledCandidate[],
  { candidate, mid }: TrickledCandidate,
): readonly TrickledCandidate[] {
  return held.length < MAX_QUEUED_CANDIDATES ? [...held, { candidate, mid }] : held
}

function reasonOf(event: SignalingEvent): string {
  if ('reason' in event) return event.reason
  return event.type === 'timer' ? 'timed out' : ''
}
