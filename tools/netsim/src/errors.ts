/** What can be wrong with a lab before or while it runs. */
export type NetsimErrorCode =
  | 'ADDRESS_INVALID'
  | 'ADDRESS_TAKEN'
  | 'TOPOLOGY_INVALID'
  | 'LINK_INVALID'
  | 'UNKNOWN_HOST'
  | 'UNKNOWN_SITE'
  | 'UNKNOWN_NAT'
  | 'PATTERN_INVALID'
  | 'OPTIONS_CONFLICT'
  | 'UNKNOWN_COMMAND'
  | 'FOLDER_UNUSABLE'
  | 'FILE_UNUSABLE'
  | 'PROBE_FAILED'
  | 'TUN_UNAVAILABLE'
  | 'SYSCALL_FAILED'
  | 'LAB_FAILED'
  | 'LAB_CLOSED'
  | 'LAB_HUNG'

/** The one error class of the lab; the message is one line a person can act on. */
export class NetsimError extends Error {
  readonly code: NetsimErrorCode

  constructor(code: NetsimErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NetsimError'
    this.code = code
  }

  static addressInvalid(text: string, wanted: string): NetsimError {
    return new NetsimError('ADDRESS_INVALID', `"${text}" is not ${wanted}.`)
  }

  static addressTaken(address: string): NetsimError {
    return new NetsimError('ADDRESS_TAKEN', `${address} already belongs to this lab: choose another address.`)
  }

  static topologyInvalid(problem: string): NetsimError {
    return new NetsimError('TOPOLOGY_INVALID', `This topology cannot be built: ${problem}.`)
  }

  static linkInvalid(problem: string): NetsimError {
    return new NetsimError('LINK_INVALID', `This link cannot exist: ${problem}.`)
  }

  static unknown(kind: 'host' | 'site' | 'nat', id: string, known: Iterable<string>): NetsimError {
    const code = kind === 'host' ? 'UNKNOWN_HOST' : kind === 'site' ? 'UNKNOWN_SITE' : 'UNKNOWN_NAT'
    return new NetsimError(code, `There is no ${kind} "${id}" in this lab. Known: ${[...known].join(', ')}.`)
  }

  static patternInvalid(pattern: string, why: string): NetsimError {
    const message = `${pattern} is not a regular expression (${why}): correct it, or leave the slashes out to look for text.`
    return new NetsimError('PATTERN_INVALID', message)
  }

  static unknownCommand(name: string, known: readonly string[]): NetsimError {
    const message = `There is no command "${name}": there are ${known.join(', ')}. Scenarios are named with --only.`
    return new NetsimError('UNKNOWN_COMMAND', message)
  }

  static optionsConflict(what: string, why: string): NetsimError {
    return new NetsimError('OPTIONS_CONFLICT', `${what}: ${why}.`)
  }

  static folderUnusable(folder: string, error: unknown): NetsimError {
    const why = error instanceof Error && 'code' in error ? plainCode(String(error.code)) : String(error)
    return new NetsimError('FOLDER_UNUSABLE', `${folder} cannot hold a report (${why}): name another folder.`)
  }

  static fileUnusable(file: string, error: unknown): NetsimError {
    const said =
      error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)
    return new NetsimError(
      'FILE_UNUSABLE',
      `${file} cannot be used (${plainCode(said)}): name another file, or correct it.`,
    )
  }

  /**
   * @param wanted what it should be
   * @param right what to do, in words that follow a colon
   */
  static fileUnfit(file: string, wanted: string, why: string, right: string): NetsimError {
    const reason = plainCode(why).replace(/\.$/, '')
    return new NetsimError('FILE_UNUSABLE', `${file} cannot be used as ${wanted} (${reason}): ${right}.`)
  }

  static bootstrapSilent(asked: string): NetsimError {
    const message =
      `No answer over UDP from ${asked}: nobody is there, this machine is offline, or its network blocks UDP. ` +
      'Check the addresses of --bootstrap; with --udp-blocked it is taken for a network that blocks UDP.'
    return new NetsimError('PROBE_FAILED', message)
  }

  /** @param why a sentence of the library that asked */
  static probeFailed(why: string): NetsimError {
    return new NetsimError('PROBE_FAILED', why)
  }

  static tunUnavailable(reason: string): NetsimError {
    return new NetsimError('TUN_UNAVAILABLE', reason)
  }

  static syscallFailed(what: string, errno: string): NetsimError {
    return new NetsimError('SYSCALL_FAILED', `The system refused to ${what}: ${errno}.`)
  }

  static labFailed(why: string, stack?: string): NetsimError {
    const message = `The lab broke down and everything in it was ended: ${why}`
    return new NetsimError('LAB_FAILED', message, { cause: stack })
  }

  static hung(what: string, ms: number): NetsimError {
    const message = `${what} took longer than ${ms / 1000} s: see the logs of the processes, and end what is left of them.`
    return new NetsimError('LAB_HUNG', message)
  }

  static labClosed(): NetsimError {
    return new NetsimError('LAB_CLOSED', 'The lab is closed: open another one.')
  }
}

const CODES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'there is a file of that name',
  EACCES: 'this user may not',
}

/** Those that people meet, in words. */
function plainCode(said: string): string {
  return CODES[said] ?? said
}
