type StationErrorCode =
  | 'STATION_NAME'
  | 'STATION_FILE'
  | 'STATION_MISSING'
  | 'STATION_EXISTS'
  | 'EXPORT_INVALID'
  | 'PASSPHRASE'
  | 'FAVOURITES_FILE'
  | 'FAVOURITE_MISSING'
  | 'FAVOURITE_EXISTS'
  | 'FILES_EXHAUSTED'
  | 'SUPERSEDED'
  | 'RTC_UNAVAILABLE'

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

  /** @param mode the file's permission bits */
  static stationFileOpen(file: string, mode: number): StationError {
    return new StationError(
      'STATION_FILE',
      `The station file ${file} can be read or changed by other users of this computer (mode ${mode.toString(8)}): ` +
        `whoever copied it can be the station. If nobody did, run: chmod 600 "${file}". Otherwise start a new station.`,
    )
  }

  static stationMissing(name: string, known: readonly string[]): StationError {
    const has = known.length === 0 ? 'There are none yet.' : `There are: ${known.join(', ')}.`
    return new StationError(
      'STATION_MISSING',
      `There is no station "${name}". ${has} "pearcast station create" makes one.`,
    )
  }

  static stationExists(name: string): StationError {
    return new StationError(
      'STATION_EXISTS',
      `There is a station "${name}" already. Choose another name, or rename or remove that one first.`,
    )
  }

  /** The same keys under two names would each take the other off air. */
  static stationKnown(name: string): StationError {
    return new StationError(
      'STATION_EXISTS',
      `This station is here already, as "${name}"; nothing was imported. To call it otherwise, rename it.`,
    )
  }

  static exportInvalid(why: string, cause?: unknown): StationError {
    return new StationError(
      'EXPORT_INVALID',
      `The export ${why}, so nothing was imported. Use the file as "pearcast station export" wrote it, or another copy of it.`,
      cause,
    )
  }

  static passphraseWrong(cause: unknown): StationError {
    return new StationError(
      'PASSPHRASE',
      'The passphrase does not open this export, or the file was changed. Try again with the passphrase it was exported with.',
      cause,
    )
  }

  static passphraseShort(): StationError {
    return new StationError(
      'PASSPHRASE',
      'The passphrase is too short to protect a key that others may copy: use at least 8 characters, better several words.',
    )
  }

  static passphraseLong(maxBytes: number): StationError {
    return new StationError(
      'PASSPHRASE',
      `The passphrase is longer than ${maxBytes} bytes. Choose a shorter one.`,
    )
  }

  static favouritesFile(file: string, why: string, cause?: unknown): StationError {
    return new StationError(
      'FAVOURITES_FILE',
      `The favourites in ${file} cannot be read: it ${why}. Mend the file, or move it away to start a new list.`,
      cause,
    )
  }

  static favouriteMissing(name: string, known: readonly string[]): StationError {
    const has = known.length === 0 ? 'None is kept yet.' : `There are: ${known.join(', ')}.`
    return new StationError(
      'FAVOURITE_MISSING',
      `No favourite is called "${name}". ${has} A station link starts with pearcast://; --save NAME keeps one.`,
    )
  }

  static favouriteExists(name: string): StationError {
    return new StationError(
      'FAVOURITE_EXISTS',
      `The favourite "${name}" is another station. Choose another name, or "pearcast favourites remove ${name}" first.`,
    )
  }

  static tooManyFavourites(max: number): StationError {
    return new StationError('FAVOURITES_FILE', `There are ${max} favourites already. Remove one first.`)
  }

  static openFiles(open: number, limit: number, listeners: number): StationError {
    return new StationError(
      'FILES_EXHAUSTED',
      `This process has ${open} of at most ${limit} files and sockets open: ${listeners} listeners stay, and others are ` +
        'refused until some leave. Start it after "ulimit -n 4096" for more.',
    )
  }

  static superseded(): StationError {
    return new StationError(
      'SUPERSEDED',
      'Another encoder went on air with the same station key, so this one left the air. Run only one at a time.',
    )
  }

  /** @param reason one line with what to do, without its full stop */
  static rtcUnavailable(reason: string): StationError {
    return new StationError('RTC_UNAVAILABLE', `${reason}.`)
  }
}
