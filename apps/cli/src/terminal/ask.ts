import { read } from 'read'
import { CliError } from '../errors.ts'

type ReadOptions = Parameters<typeof read>[0]

/** Where a question is asked: stderr and stdin of the process, so that stdout stays for results. */
export interface Terminal {
  input: NonNullable<ReadOptions['input']>
  output: NonNullable<ReadOptions['output']>
}

/** Whether somebody sits there. */
export function canAsk({ input, output }: Terminal): boolean {
  return input.isTTY === true && output.isTTY === true
}

/**
 * Asks for a line; a silent one is not shown as it is typed.
 *
 * @throws CliError CANCELLED on Ctrl-C, or at the end of the input
 */
export async function ask(
  prompt: string,
  terminal: Terminal,
  { silent = false }: { silent?: boolean } = {},
): Promise<string> {
  try {
    return await read({ prompt, silent, ...terminal })
  } catch {
    throw CliError.cancelled()
  }
}
