/** What went wrong, for code that decides; the message is for people. */
export type RtcErrorCode =
  | 'NATIVE_MISSING'
  | 'NATIVE_FAILED'
  | 'BIND_ADDRESS'
  | 'NO_SOCKET'
  | 'WRONG_ROLE'
  | 'WRONG_STATE'
  | 'CLOSED'
  | 'SDP_TOO_LONG'
  | 'SDP_CHARACTER'
  | 'SDP_LINE'
  | 'SDP_MEDIA'
  | 'SDP_DIRECTION'
  | 'SDP_CODEC'
  | 'SDP_SETUP'
  | 'SDP_FINGERPRINT'
  | 'SDP_ICE'
  | 'CANDIDATE_TOO_LONG'
  | 'CANDIDATE_SYNTAX'
  | 'CANDIDATE_LIMIT'

/** The one error class of this library. */
export class RtcError extends Error {
  readonly code: RtcErrorCode

  private constructor(code: RtcErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RtcError'
    this.code = code
  }

  static nativeMissing(reason: string): RtcError {
    return new RtcError('NATIVE_MISSING', reason)
  }

  /** The native stack refused. A peer cannot be blamed for it with certainty; retry with a fresh transport. */
  static nativeFailed(step: string, cause: unknown): RtcError {
    const detail = oneLine(cause instanceof Error ? cause.message : String(cause))
    return new RtcError(
      'NATIVE_FAILED',
      `the WebRTC stack failed to ${step} (${detail}); retry with a new transport`,
      cause,
    )
  }

  static bindAddress(address: string): RtcError {
    return new RtcError(
      'BIND_ADDRESS',
      `cannot bind to "${oneLine(address)}": it is no IP address of this machine; leave bindAddress out or name one of its addresses`,
    )
  }

  static noSocket(cause: unknown): RtcError {
    const detail = oneLine(cause instanceof Error ? cause.message : String(cause))
    return new RtcError(
      'NO_SOCKET',
      `no UDP socket could be opened (${detail}); close other connections or raise the limit of open files`,
      cause,
    )
  }

  static wrongRole(call: string, role: string): RtcError {
    return new RtcError('WRONG_ROLE', `${call} is not for a ${role}: the sender of audio makes the offer`)
  }

  static wrongState(call: string, why: string): RtcError {
    return new RtcError('WRONG_STATE', `${call} was refused: ${why}; negotiate again on a new transport`)
  }

  static closed(call: string): RtcError {
    return new RtcError('CLOSED', `${call} did not finish: the transport is closed`)
  }

  static sdp(code: Extract<RtcErrorCode, `SDP_${string}`>, what: string): RtcError {
    return new RtcError(code, `the session description of the peer was refused: ${what}`)
  }

  static candidate(code: Extract<RtcErrorCode, `CANDIDATE_${string}`>, what: string): RtcError {
    return new RtcError(code, `a candidate of the peer was refused: ${what}`)
  }
}

/** Text of unknown origin, fit for one line of a log. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 200)
}
