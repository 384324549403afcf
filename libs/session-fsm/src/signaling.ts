import type { SignalBody } from '@pearcast/protocol'
import { setup } from 'xstate'
import {
  effect,
  type EffectActions,
  type EffectMachine,
  type StartTimer,
  type StopTimer,
  type TimerEvent,
} from './machine.ts'

/** The sender of audio offers, the listener answers: two offers never meet. */
export type SignalingRole = 'offerer' | 'answerer'

export interface SignalingInput {
  readonly role: SignalingRole
  /** From the offer to a connected transport. Default 8000. */
  readonly negotiationMs?: number
  /** Rests before each retry; there are as many retries as rests. Default 1, 5 and 15 s. */
  readonly retryMs?: readonly number[]
  /** A connection that held so long gets all its retries back. Default 10 000. */
  readonly stableMs?: number
  /** Number of the offerer's first session. Default 1. */
  readonly firstSession?: number
}

type TimerId = 'negotiation' | 'retry' | 'stable'

/** A candidate in the words of SDP (RFC 8839) and the media section it belongs to. */
export interface TrickledCandidate {
  readonly candidate: string
  readonly mid: string
}

/**
 * `session` numbers the transports of one negotiation: an event of another session than the present one is ignored.
 * The REMOTE_ events come from {@link remoteSignalEvent}.
 */
export type SignalingEvent =
  /** The offerer begins. */
  | { type: 'START' }
  | { type: 'LOCAL_OFFER'; session: number; sdp: string }
  | { type: 'LOCAL_ANSWER'; session: number; sdp: string }
  /** Already filtered by the candidate policy. */
  | { type: 'LOCAL_CANDIDATE'; session: number; candidate: string; mid: string }
  | { type: 'TRANSPORT_CONNECTED'; session: number }
  /** The transport failed or closed by itself, or one of its calls was rejected. */
  | { type: 'TRANSPORT_FAILED'; session: number; reason: string }
  | { type: 'REMOTE_OFFER'; session: number; sdp: string }
  | { type: 'REMOTE_ANSWER'; session: number; sdp: string }
  | { type: 'REMOTE_CANDIDATE'; session: number; candidate: string; mid: string }
  | { type: 'REMOTE_FAILED'; session: number; reason: string }
  /** The other side wants no WebRTC any more. */
  | { type: 'REMOTE_CLOSED'; session: number }
  /** Begin anew after a final failure. */
  | { type: 'RETRY' }
  | { type: 'STOP' }
  | TimerEvent<TimerId>

export type SignalingEffect =
  | { type: 'create-transport'; session: number }
  /** Answered by LOCAL_OFFER. */
  | { type: 'create-offer'; session: number }
  /** Answered by LOCAL_ANSWER. Candidates may follow before that. */
  | { type: 'accept-offer'; session: number; sdp: string }
  | { type: 'accept-answer'; session: number; sdp: string }
  | { type: 'add-candidate'; session: number; candidate: string; mid: string }
  | { type: 'send-signal'; session: number; signal: SignalBody }
  | { type: 'close-transport'; session: number }
  | { type: 'notify'; state: SignalingPhase; reason: string }
  | StartTimer<TimerId>
  | StopTimer<TimerId>

export type SignalingPhase = 'negotiating' | 'connected' | 'retrying' | 'failed' | 'closed'

/** Candidates held for a description; a stranger's flood ends here. */
export const MAX_QUEUED_CANDIDATES = 32

/** The reason that says "on purpose" in a `failed` signal. */
export const CLOSED_REASON = 'closed'

export interface SignalingContext extends Required<SignalingInput> {
  /** The present session, or the latest one; 0 before the first. */
  readonly session: number
  /** Retries used since the latest stable connection. */
  readonly retries: number
  /** Ours, found before our description was sent. */
  readonly localCandidates: readonly TrickledCandidate[]
  /** Theirs, come before their description, and the session they belong to. */
  readonly remoteCandidates: readonly TrickledCandidate[]
  readonly remoteSession: number
}

export type SignalingState =
  | 'idle'
  | { negotiating: 'offering' | 'awaiting-answer' | 'answering' | 'connecting' }
  | 'connected'
  /** Passed through within one event, never rested in. */
  | 'failing'
  | 'retrying'
  | 'failed'
  | 'closed'

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
  types: { context: {} as SignalingContext, events: {} as SignalingEvent, input: {} as SignalingInput },
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: TimerId }) => event.type === 'timer' && event.id === params.id,
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
const stopTimer = <I extends TimerId>(id: I) => ({ type: 'stop-timer', params: { id } }) as const
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

/** Puts what came over the control channel into the machine's words; end-of-candidates changes nothing. */
export function remoteSignalEvent(session: number, signal: SignalBody): SignalingEvent | undefined {
  switch (signal.kind) {
    case 'offer':
      return { type: 'REMOTE_OFFER', session, sdp: signal.sdp }
    case 'answer':
      return { type: 'REMOTE_ANSWER', session, sdp: signal.sdp }
    case 'candidate':
      return { type: 'REMOTE_CANDIDATE', session, candidate: signal.candidate, mid: signal.mid }
    case 'failed':
      return signal.reason === CLOSED_REASON
        ? { type: 'REMOTE_CLOSED', session }
        : { type: 'REMOTE_FAILED', session, reason: signal.reason }
    case 'end-of-candidates':
      return undefined
  }
}
