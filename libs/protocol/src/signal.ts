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

export function writeSignalBody(writer: Writer, signal: SignalBody): Writer {
  writer.choice('signal', KINDS, signal.kind)
  switch (signal.kind) {
    case 'offer':
    case 'answer':
      return writer.text('sdp', signal.sdp, 1, LIMITS.maxSdpBytes)
    case 'candidate':
      return writer
        .text('candidate', signal.candidate, 1, LIMITS.maxCandidateBytes)
        .text('mid', signal.mid, 0, LIMITS.maxMidBytes)
    case 'end-of-candidates':
      return writer
    case 'failed':
      return writer.line('reason', signal.reason, LIMITS.maxDetailBytes)
  }
}

/** SDP and candidates are text for the WebRTC stack, which parses them; here they are only bounded. */
export function readSignalBody(reader: Reader): SignalBody {
  const kind = reader.choice('signal', KINDS)
  switch (kind) {
    case 'offer':
    case 'answer':
      return { kind, sdp: reader.text('sdp', 1, LIMITS.maxSdpBytes) }
    case 'candidate':
      return {
        kind,
        candidate: reader.text('candidate', 1, LIMITS.maxCandidateBytes),
        mid: reader.text('mid', 0, LIMITS.maxMidBytes),
      }
    case 'end-of-candidates':
      return { kind }
    case 'failed':
      return { kind, reason: reader.line('reason', LIMITS.maxDetailBytes) }
  }
}
