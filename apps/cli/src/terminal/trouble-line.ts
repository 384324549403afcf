import { exitCodeOf } from '../exit-codes.ts'
import type { Line } from './output.ts'
import { printable } from './text.ts'

/** An `error` event as a line: a failure when it may end the program, a warning when it only says what goes on. */
export function troubleLine({ code, message }: { code: string; message: string }): Line {
  return { level: exitCodeOf(code) === undefined ? 'warn' : 'error', text: printable(message, 1000) }
}
