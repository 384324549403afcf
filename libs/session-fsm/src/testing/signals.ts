import { type Run, run } from '@pearcast/fsm/testing'
import { signalingMachine } from '../signaling/machine.ts'
import type {
  SignalingContext,
  SignalingEffect,
  SignalingEvent,
  SignalingRole,
  SignalingState,
} from '../signaling/types.ts'

export const begin: SignalingEvent = { type: 'START' }
export const localOffer = (session = 1): SignalingEvent => ({
  type: 'LOCAL_OFFER',
  session,
  sdp: 'our offer',
})
export const localAnswer = (session = 1): SignalingEvent => ({
  type: 'LOCAL_ANSWER',
  session,
  sdp: 'our answer',
})
export const remoteOffer = (session = 1): SignalingEvent => ({
  type: 'REMOTE_OFFER',
  session,
  sdp: 'their offer',
})
export const remoteAnswer = (session = 1): SignalingEvent => ({
  type: 'REMOTE_ANSWER',
  session,
  sdp: 'their answer',
})
export const ours = (session = 1, candidate = 'ours'): SignalingEvent => ({
  type: 'LOCAL_CANDIDATE',
  session,
  candidate,
  mid: '0',
})
export const theirs = (session = 1, candidate = 'theirs'): SignalingEvent => ({
  type: 'REMOTE_CANDIDATE',
  session,
  candidate,
  mid: '0',
})
export const connected = (session = 1): SignalingEvent => ({ type: 'TRANSPORT_CONNECTED', session })
export const failed = (session = 1): SignalingEvent => ({
  type: 'TRANSPORT_FAILED',
  session,
  reason: 'ICE failed',
})
export const timer = (id: 'negotiation' | 'retry' | 'stable'): SignalingEvent => ({ type: 'timer', id })

export type Negotiation = Run<SignalingContext, SignalingEvent, SignalingState, SignalingEffect>

export const negotiate = (role: SignalingRole, ...events: SignalingEvent[]): Negotiation => {
  const machine = run(signalingMachine, { role })
  for (const event of events) machine.send(event)
  return machine
}
