import { exitCodeOf, EXIT } from './exit-codes.ts'

type CliErrorCode =
  | 'USAGE'
  | 'CANCELLED'
  | 'CONFIG_FOLDER'
  | 'OPEN_FILES'
  | 'CLOCK'
  | 'CONFIG_FILE'
  | 'STATIONS_FILE'
  | 'RELAY_KEY'
  | 'NOT_ON_AIR'
  | 'CHILD_DIED'
  | 'DEMO_FAILED'
  | 'OUTPUT_UNWRITABLE'
  | 'OUTPUT_EXISTS'
  | 'PASSPHRASE_FILE'
  | 'FILE_UNREADABLE'

/** What goes wrong in this program itself, as opposed to its libraries. The message is one line for people. */
export class CliError extends Error {
  readonly code: CliErrorCode
  /** Where a child process failed, its own exit code is worth more than ours. */
  readonly exitCode: number | undefined

  private constructor(code: CliErrorCode, message: string, exitCode?: number) {
    super(message)
    this.name = 'CliError'
    this.code = code
    this.exitCode = exitCode
  }

  static usage(message: string): CliError {
    return new CliError('USAGE', message)
  }

  /** Ctrl-C at a question, or another answer than the one that goes on. */
  static cancelled(): CliError {
    return new CliError('CANCELLED', 'Cancelled; nothing was changed.')
  }

  static openFiles(limit: number, least: number): CliError {
    return new CliError(
      'OPEN_FILES',
      `This process may open ${limit} files, and needs ${least} even without listeners. Run "ulimit -n 4096" before it.`,
    )
  }

  static clock(nowMs: number): CliError {
    const date = new Date(nowMs).toISOString().slice(0, 10)
    return new CliError(
      'CLOCK',
      `This computer's clock says ${date}: at such a date no certificate of a station is valid. Set the clock.`,
    )
  }

  static outputExists(file: string): CliError {
    return new CliError(
      'OUTPUT_EXISTS',
      `${file} exists already and is not overwritten. Choose another name, or say --force.`,
    )
  }

  /** As above, for what has no --force: a backup of keys is worth a question to oneself. */
  static fileExists(file: string): CliError {
    return new CliError(
      'OUTPUT_EXISTS',
      `${file} exists already and is not overwritten. Choose another name, or remove it first.`,
    )
  }

  static exportUnwritable(file: string, cause: unknown): CliError {
    return new CliError(
      'OUTPUT_UNWRITABLE',
      `The export cannot be written to ${file} (${reasonOf(cause)}). Choose another place.`,
    )
  }

  static passphraseFile(file: string, cause: unknown): CliError {
    return new CliError(
      'PASSPHRASE_FILE',
      `No passphrase could be read from ${file} (${reasonOf(cause)}). Put it into the first line of a file of yours.`,
    )
  }

  static fileUnreadable(file: string, cause: unknown): CliError {
    return new CliError(
      'FILE_UNREADABLE',
      `${file} cannot be read (${reasonOf(cause)}). Check its name and its permissions.`,
    )
  }

  /** @param problem where, and what */
  static configFile(problem: string): CliError {
    return new CliError('CONFIG_FILE', problem)
  }

  /** @param problem where, and what */
  static stationsFile(problem: string): CliError {
    return new CliError('STATIONS_FILE', problem)
  }

  static relayKey(file: string, why: string): CliError {
    return new CliError(
      'RELAY_KEY',
      `The key of this relay cannot be read from ${file}: ${why}. Mend that, or move the file away for a new key.`,
    )
  }

  static configFolder(why: string): CliError {
    return new CliError('CONFIG_FOLDER', `${why}. Name another folder in PEARCAST_HOME.`)
  }

  /** @param isFull the station has answered, and had no room */
  static notOnAir(waitS: number, isFull: boolean): CliError {
    const why = isFull ? 'it is on air and has no room' : 'it is not on air, or not reachable from here'
    return new CliError(
      'NOT_ON_AIR',
      `Nothing was heard of the station for ${waitS} s: ${why}. ` +
        'Try again later, or wait longer with --wait.',
    )
  }

  static childDied(command: string, how: string, exitCode?: number): CliError {
    return new CliError('CHILD_DIED', `The ${command} process ${how}`, exitCode)
  }

  static recordingsFolder(folder: string, cause: unknown): CliError {
    return new CliError(
      'OUTPUT_UNWRITABLE',
      `The recordings cannot go to ${folder} (${reasonOf(cause)}). Name another folder with --keep.`,
    )
  }

  static demoFailed(reasons: string): CliError {
    return new CliError('DEMO_FAILED', reasons)
  }
}

/** An error as the user meets it: an event with --json, a line on stderr, an exit code. */
export interface Failure {
  code: string
  message: string
  exitCode: number
  /** a fault of ours, worth reporting */
  unexpected: boolean
  stack: string | undefined
}

/** The operating system's own refusals: nobody's bug, and its messages are clear enough. */
const SYSTEM_CODES: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
])

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  const code = codeOf(error)
  const known = exitCodeOf(code)
  const exitCode = error instanceof CliError && error.exitCode !== undefined ? error.exitCode : known
  return {
    code: known === undefined && !SYSTEM_CODES.has(code) ? 'UNEXPECTED' : code,
    message: firstLine(message),
    exitCode: exitCode ?? EXIT.unexpected,
    unexpected: known === undefined && !SYSTEM_CODES.has(code),
    stack,
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return 'UNEXPECTED'
  return typeof error.code === 'string' ? error.code : 'UNEXPECTED'
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.trim() || 'no message'
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
