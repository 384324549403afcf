type StationErrorCode = 'STATION_NAME' | 'STATION_FILE' | 'SUPERSEDED' | 'RTC_UNAVAILABLE'

/** What goes wrong between a face and its station. `message` is one line for people: what, why, what to do. */
export class StationError extends Error {
  readonly code: StationErrorCode

  private constructor(code: StationErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'StationError'
    this.code = code
  }

  static stationName(name: string): StationError {
    return new StationError(
      'STATION_NAME',
      `"${name}" cannot be a station's name: use 1 to 64 letters, digits, dots, dashes or underscores.`,
    )
  }

  static stationFile(file: string, why: string, cause?: unknown): StationError {
    return new StationError(
      'STATION_FILE',
      `The station file ${file} ${why}. Restore it from a backup, or move it away to start a new station.`,
      cause,
    )
  }

  static superseded(): StationError {
    return new StationError(
      'SUPERSEDED',
      'Another encoder went on air with the same station key, so this one left the air. Run only one at a time.',
    )
  }

  static rtcUnavailable(reason: string): StationError {
    return new StationError(
      'RTC_UNAVAILABLE',
      `WebRTC cannot run here (${reason}). Use --path swarm, or run npm ci again to install node-datachannel.`,
    )
  }
}
