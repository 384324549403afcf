import type { SignalBody } from '@pearcast/protocol'
import { CLOSED_REASON, type SignalingEvent } from './types.ts'

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
      break
  }
  return undefined
}
