import process from 'node:process'
import { CommanderError, type Command } from 'commander'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import type { GlobalOptions } from './options/global.ts'
import { buildProgram } from './program.ts'
import { StopSignal, type Runner, type Session } from './session.ts'
import { followSignals } from './signals.ts'
import { tellError } from './tell-error.ts'
import { Output } from './terminal/output.ts'
import { printable } from './terminal/text.ts'

/** Parses the arguments and runs the command to its end. @returns the exit code; never throws */
export async function run(argv: readonly string[], mainFile: string): Promise<number> {
  // What goes wrong before the options are known is told in the format that was asked for, too.
  let output = openOutput(argv.includes('--json') ? { json: true } : {})
  let exitCode: number = EXIT.ok
  const runner: Runner = async (command, work) => {
    const { config } = command.optsWithGlobals<GlobalOptions>()
    if (config) {
      const { applyConfig } = await import('./config/config-file.ts')
      await applyConfig(command, config)
    }
    output = openOutput(command.optsWithGlobals<GlobalOptions & { output: string }>())
    const session: Session = { output, stop: new StopSignal(), startedAtMs: Date.now(), mainFile }
    process.stdout.off('error', ignoreEnoughRead)
    const unfollow = followSignals(session.stop, output)
    const fail = (error: unknown): never => process.exit(tellError(error, output))
    process.on('uncaughtException', fail)
    try {
      exitCode = await work(session)
    } finally {
      unfollow()
      output.status([])
      process.off('uncaughtException', fail)
    }
    if (session.stop.cause === 'SIGINT' && exitCode === EXIT.ok) exitCode = EXIT.interrupted
  }
  process.stdout.on('error', ignoreEnoughRead)
  try {
    await parse(buildProgram(runner), argv)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    return tellError(error, output)
  }
  return exitCode
}

/** Of help: `pearcast --help | head` has seen enough, which is nobody's mistake. */
function ignoreEnoughRead(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

async function parse(program: Command, argv: readonly string[]): Promise<void> {
  silence(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error
    // Without a command commander has printed the help already.
    if (error.code === 'commander.help') throw CliError.usage('name a command; those above are there')
    throw CliError.usage(`${printable(error.message.replace(/^error: /, ''))}; --help tells more`)
  }
}

/** Where stdout carries audio, events go to stderr, too: each is a line that begins with a brace. */
function openOutput({ json, logLevel, output }: Partial<GlobalOptions & { output: string }>): Output {
  const { stderr, env } = process
  const stdout = output === '-' ? stderr : process.stdout
  return new Output({ json: json === true, logLevel, stdout, stderr, env, nowMs: Date.now })
}

/** What is wrong is told by us, once and in one line. */
function silence(command: Command): void {
  command.configureOutput({ outputError: () => {} })
  for (const each of command.commands) silence(each)
}
