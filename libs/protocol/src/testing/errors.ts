import { expect } from 'vitest'
import { ProtocolError, type ProtocolErrorCode } from '../index.ts'

/** The code that `run` fails with, or 'no error'. Anything but a ProtocolError is a bug and goes through. */
export function codeOf(run: () => unknown): ProtocolErrorCode | 'no error' {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect(error.message).not.toContain('\n')
    return error.code
  }
  return 'no error'
}

/** The result, or undefined when `run` fails the way a decoder may. */
export function orRefused<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
