import type { Argument, Command, Option } from 'commander'

/** What may stand after a flag, or as an argument. */
export type Values =
  | { kind: 'nothing' }
  | { kind: 'files' }
  | { kind: 'words'; words: readonly string[] }
  /** asked from the program itself, when it comes to that */
  | { kind: 'stations' | 'favourites' }

export interface FlagWords {
  /** `--path`, and `-h` where there is one */
  names: readonly string[]
  description: string
  /** undefined for one that is just there */
  values: Values | undefined
}

/** A command as a shell needs it: what may follow. */
export interface CommandWords {
  /** `pearcast station export` */
  path: string
  subcommands: readonly { name: string; description: string }[]
  flags: readonly FlagWords[]
  values: Values
}

/** Every command of the program with all its words, the program itself first. */
export function commandWords(program: Command): CommandWords[] {
  return below(program, '', [])
}

function below(command: Command, prefix: string, inherited: readonly FlagWords[]): CommandWords[] {
  const path = `${prefix}${command.name()}`
  const own = command.createHelp().visibleOptions(command).map(flagWords)
  const subcommands = command.commands.map((each) => ({
    name: each.name(),
    description: each.summary() || each.description(),
  }))
  const [argument] = command.registeredArguments
  const words = { path, subcommands, flags: [...own, ...inherited], values: argumentValues(path, argument) }
  // --version and --help are each command's own or the program's.
  const passedOn = [
    ...inherited,
    ...own.filter(({ names }) => !names.some((name) => /^--(help|version)$/.test(name))),
  ]
  return [words, ...command.commands.flatMap((each) => below(each, `${path} `, passedOn))]
}

function flagWords(option: Option): FlagWords {
  const names = [option.long, option.short].filter((name) => name !== undefined && name !== null)
  return { names, description: option.description, values: flagValues(option) }
}

function flagValues(option: Option): Values | undefined {
  if (!option.required && !option.optional) return undefined
  if (option.name() === 'station') return { kind: 'stations' }
  const parser: unknown = option.parseArg
  if (typeof parser === 'function' && 'words' in parser && Array.isArray(parser.words))
    return { kind: 'words', words: parser.words.map(String) }
  return /<(file|folder|where)>/.test(option.flags) ? { kind: 'files' } : { kind: 'nothing' }
}

function argumentValues(path: string, argument: Argument | undefined): Values {
  const name = argument?.name()
  if (name === 'link|name' || path.endsWith('favourites remove')) return { kind: 'favourites' }
  if (name === 'name' && !path.endsWith('create')) return { kind: 'stations' }
  if (argument !== undefined && argument.argChoices !== undefined)
    return { kind: 'words', words: argument.argChoices }
  return name === 'file' || name === 'input' ? { kind: 'files' } : { kind: 'nothing' }
}
