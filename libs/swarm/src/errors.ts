/** What can go wrong between this process and the DHT or a peer. */
export type SwarmErrorCode =
  | 'NO_UDP'
  | 'NO_DHT'
  | 'BIND_FAILED'
  | 'BOOTSTRAP_INVALID'
  | 'PRIVATE_DHT_TOO_SMALL'
  | 'PRIVATE_DHT_PORTS_TAKEN'
  | 'ANNOUNCE_FAILED'
  | 'RECORD_TOO_LARGE'
  | 'RECORD_NOT_STORED'
  | 'RECORD_SUPERSEDED'
  | 'RELAY_KEY_IN_USE'
  | 'CLOSED'

/** The one error class of this library; the message is one line a person can act on. */
export class SwarmError extends Error {
  readonly code: SwarmErrorCode

  constructor(code: SwarmErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SwarmError'
    this.code = code
  }

  static noUdp(asked: string, waitedMs: number): SwarmError {
    const waited = `${(waitedMs / 1000).toFixed(0)} s`
    return new SwarmError(
      'NO_UDP',
      `No answer over UDP from ${asked} within ${waited}: this network blocks UDP, or the computer is offline. ` +
        'Allow outgoing UDP in the firewall, or try another network.',
    )
  }

  static noLocalDht(asked: string, waitedMs: number): SwarmError {
    const waited = `${(waitedMs / 1000).toFixed(0)} s`
    return new SwarmError(
      'NO_UDP',
      `No answer over UDP from ${asked} within ${waited}: no private DHT runs there, or a firewall blocks UDP. ` +
        'Start one with `pearcast dht`, and check the port.',
    )
  }

  static noDht(asked: string): SwarmError {
    return new SwarmError(
      'NO_DHT',
      `${asked} answered, but told us no address of our own: it is not a usable DHT. Check the bootstrap addresses.`,
    )
  }

  static bindFailed(host: string, cause: unknown): SwarmError {
    return new SwarmError('BIND_FAILED', `No UDP socket could be opened on ${host}: ${reasonOf(cause)}.`, {
      cause,
    })
  }

  static bootstrapInvalid(text: string, problem: string): SwarmError {
    return new SwarmError(
      'BOOTSTRAP_INVALID',
      `"${text}" is not a DHT address: ${problem}. Write host:port, several separated by commas.`,
    )
  }

  static privateDhtTooSmall(nodes: number): SwarmError {
    return new SwarmError(
      'PRIVATE_DHT_TOO_SMALL',
      `A DHT of ${nodes} nodes cannot carry a station: connections through it are lost. Start at least 4 nodes.`,
    )
  }

  static privateDhtPortsTaken(host: string, port: number | undefined, cause: unknown): SwarmError {
    const where = port === undefined ? `a free port on ${host}` : `${host}:${port}`
    return new SwarmError(
      'PRIVATE_DHT_PORTS_TAKEN',
      `The private DHT could not open ${where}: ${reasonOf(cause)}. Choose another port.`,
      { cause },
    )
  }

  static announceFailed(cause?: unknown): SwarmError {
    return new SwarmError(
      'ANNOUNCE_FAILED',
      'The DHT did not take the announcement of this station, so nobody can find it. Check the network and try again.',
      { cause },
    )
  }

  static recordTooLarge(bytes: number, maxBytes: number): SwarmError {
    return new SwarmError(
      'RECORD_TOO_LARGE',
      `The station's record has ${bytes} bytes and the DHT carries ${maxBytes}. Name fewer relays.`,
    )
  }

  static recordNotStored(cause?: unknown): SwarmError {
    const why = cause === undefined ? 'reading it back gave none' : reasonOf(cause)
    return new SwarmError(
      'RECORD_NOT_STORED',
      `The DHT did not keep the station's record: ${why}. Check the network and the bootstrap addresses, and try again.`,
      { cause },
    )
  }

  static recordSuperseded(generation: number, term: number): SwarmError {
    return new SwarmError(
      'RECORD_SUPERSEDED',
      `Another encoder of this station is newer (generation ${generation}, term ${term}). Stop one of the two.`,
    )
  }

  static relayKeyInUse(): SwarmError {
    return new SwarmError(
      'RELAY_KEY_IN_USE',
      "A relay with the same key runs already, here or on another computer: each would take the other's stations away. " +
        'End that one, or give this one a folder of its own in PEARCAST_HOME, and with it another key.',
    )
  }

  static closed(what: string): SwarmError {
    return new SwarmError('CLOSED', `${what} is already closed. Open a new one.`)
  }
}

/** The shortest honest text of whatever was thrown. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message
  return String(cause)
}

/** The `code` of whatever was thrown, for events and logs. */
export function codeOf(cause: unknown): string {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string') {
    return cause.code
  }
  return 'UNKNOWN'
}
