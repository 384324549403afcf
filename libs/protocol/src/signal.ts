import type { SignalBody } from './control-message.ts'
import { LIMITS } from './limits.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** The order is the order of the numbers on the wire. */
const KINDS = [
  'offer',
  'answer',
  'candidate',
  'end-of-candidates',
  'failed',
] as const satisfies SignalBody['kind'][]

export function writeSignalBody(writer: Writer, signal: SignalBody): void {
  writer.choice('signal', KINDS, signal.kind)
  switch (signal.kind) {
    case 'offer':
    case 'answer':
      writer.text('sdp', signal.sdp, 1, LIMITS.maxSdpBytes)
      break
    case 'candidate':
      writer.text('candidate', signal.candidate, 1, LIMITS.maxCandidateBytes)
      writer.text('mid', signal.mid, 0, LIMITS.maxMidBytes)
      break
    case 'failed':
      writer.line('reason', signal.reason, LIMITS.maxDetailBytes)
      break
    case 'end-of-candidates':
  }
}

/** SDP and candidates are text for the WebRTC stack, which parses them; here they are only bounded. */
export function readSignalBody(reader: Reader): SignalBody {
  const kind = reader.choice('signal', KINDS)
  if (kind === 'offer' || kind === 'answer') return { kind, sdp: reader.text('sdp', 1, LIMITS.maxSdpBytes) }
  if (kind === 'failed') return { kind, reason: reader.line('reason', LIMITS.maxDetailBytes) }
  if (kind === 'end-of-candidates') return { kind }
  const candidate = reader.text('candidate', 1, LIMITS.maxCandidateBytes)
  return { kind, candidate, mid: reader.text('mid', 0, LIMITS.maxMidBytes) }
}
