type EngineErrorCode =
  'COMMAND_INVALID' | 'BUSY' | 'NOTHING_TO_RECORD' | 'TITLE' | 'MEMORY_FILE' | 'PAGE_NOT_BUILT' | 'PORT_TAKEN'

/** What goes wrong between a page and its engine. `message` is one line for people: what, why, what to do. */
export class EngineError extends Error {
  readonly code: EngineErrorCode

  private constructor(code: EngineErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EngineError'
    this.code = code
  }

  static commandInvalid(why: string): EngineError {
    return new EngineError(
      'COMMAND_INVALID',
      `The page asked for something that this program does not know (${why}). Reload the page.`,
    )
  }

  static onAirAlready(title: string): EngineError {
    return new EngineError('BUSY', `"${title}" is on air. Take it off the air first.`)
  }

  static nothingToRecord(): EngineError {
    return new EngineError(
      'NOTHING_TO_RECORD',
      'There is nothing to record: play a station, or go on air, first.',
    )
  }

  static titleEmpty(): EngineError {
    return new EngineError('TITLE', 'A station needs a name: type at least one letter or digit.')
  }

  static memoryFile(file: string, why: string, cause?: unknown): EngineError {
    return new EngineError(
      'MEMORY_FILE',
      `What the page remembers could not be saved to ${file} (${why}). Free some space, or check its permissions.`,
      cause,
    )
  }

  static pageNotBuilt(folder: string): EngineError {
    return new EngineError(
      'PAGE_NOT_BUILT',
      `There is no page in ${folder}. In a clone, "npm run ui" builds it first; or run "npx nx run ui:build".`,
    )
  }

  static portTaken(port: number): EngineError {
    return new EngineError(
      'PORT_TAKEN',
      `Port ${port} is in use by another program. Choose another one with --port, or leave it out for a free one.`,
    )
  }
}
