import type { CommandWords, FlagWords, Values } from './command-words.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The completion of a shell for these commands, as a script for it to read. */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return zsh(commands)
    case 'fish':
      return fish(commands)
  }
}

/** Names that only the program knows: stations and favourites are files of its own. */
const ASK = { stations: 'pearcast station list', favourites: 'pearcast favourites list' } as const

function bash(commands: readonly CommandWords[]): string {
  const reply = (values: Values): string => {
    switch (values.kind) {
      case 'nothing':
        return 'COMPREPLY=()'
      case 'files':
        return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))'
      case 'words':
        return `COMPREPLY=($(compgen -W ${quoted(values.words.join('\n'))} -- "$cur"))`
      default:
        return `COMPREPLY=($(compgen -W "$(${ASK[values.kind]} 2>/dev/null | cut -d ' ' -f 1)" -- "$cur"))`
    }
  }
  return `# bash completion of pearcast:  source <(pearcast completion bash)
_pearcast() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at=pearcast i
  local IFS=$'\\n'
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${patterns(commands)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $prev" in
${valueCases(commands, (values) => `${reply(values)}; return`)}
  esac
  case "$cur" in
    -*) case "$at" in
${commands.map((each) => `      ${quoted(each.path)}) ${reply({ kind: 'words', words: flagNames(each) })} ;;`).join('\n')}
    esac ;;
    *) case "$at" in
${commands.map((each) => `      ${quoted(each.path)}) ${reply(wordsOrValues(each))} ;;`).join('\n')}
    esac ;;
  esac
}
complete -F _pearcast pearcast
`
}

function zsh(commands: readonly CommandWords[]): string {
  const add = (values: Values): string => {
    switch (values.kind) {
      case 'nothing':
        return ':'
      case 'files':
        return '_files'
      case 'words':
        return `compadd -- ${values.words.map(quoted).join(' ')}`
      default:
        return `compadd -- \${(f)"$(${ASK[values.kind]} 2>/dev/null | cut -d ' ' -f 1)"}`
    }
  }
  const describe = (list: readonly { name: string; description: string }[]): string => {
    const items = list.map(({ name, description }) => quoted(`${name.replaceAll(':', '\\:')}:${description}`))
    return `items=(${items.join(' ')}); _describe -t commands pearcast items`
  }
  const flags = ({ flags: all }: CommandWords): string =>
    describe(all.flatMap(({ names, description }) => names.map((name) => ({ name, description }))))
  const words = (each: CommandWords): string =>
    each.subcommands.length > 0 ? describe(each.subcommands) : add(each.values)
  return `#compdef pearcast
# zsh completion of pearcast:  source <(pearcast completion zsh), after compinit
_pearcast() {
  local at=pearcast i prev=\${words[CURRENT-1]}
  local -a items
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      (${patterns(commands)}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at $prev" in
${valueCases(commands, (values) => `${add(values)}; return`)}
  esac
  case "\${words[CURRENT]}" in
    (-*) case "$at" in
${commands.map((each) => `      (${quoted(each.path)}) ${flags(each)} ;;`).join('\n')}
    esac ;;
    (*) case "$at" in
${commands.map((each) => `      (${quoted(each.path)}) ${words(each)} ;;`).join('\n')}
    esac ;;
  esac
}
compdef _pearcast pearcast
`
}

function fish(commands: readonly CommandWords[]): string {
  const values = (of: Values): string => {
    switch (of.kind) {
      case 'nothing':
        return '-x'
      case 'files':
        return '-r -F'
      case 'words':
        return `-x -a ${quoted(of.words.join(' '))}`
      default:
        return `-x -a ${quoted(`(${ASK[of.kind]} 2>/dev/null | cut -d ' ' -f 1)`)}`
    }
  }
  const flag = ({ names, description, values: of }: FlagWords): string => {
    const as = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
    return `${as.join(' ')} ${of === undefined ? '' : `${values(of)} `}-d ${quoted(description)}`
  }
  const lines = commands.flatMap((each) => {
    const here = `complete -c pearcast -n ${quoted(`__pearcast_at "${each.path}"`)}`
    const own = each.values.kind === 'nothing' ? [] : [`${here} ${values(each.values).replace('-r ', '')}`]
    return [
      ...each.subcommands.map(({ name, description }) => `${here} -a ${name} -d ${quoted(description)}`),
      ...each.flags.map((of) => `${here} ${flag(of)}`),
      ...own,
    ]
  })
  const paths = commands.slice(1).map(({ path }) => quoted(path))
  return `# fish completion of pearcast:  pearcast completion fish | source
function __pearcast_at
  set -l at pearcast
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" ${paths.join(' ')}
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c pearcast -f
${lines.join('\n')}
`
}

/** The words that lead from a command to one below it. */
function patterns(commands: readonly CommandWords[]): string {
  return commands
    .slice(1)
    .map(({ path }) => quoted(path))
    .join('|')
}

function valueCases(commands: readonly CommandWords[], act: (values: Values) => string): string {
  return commands
    .flatMap(({ path, flags }) =>
      flags.flatMap(({ names, values }) =>
        values === undefined
          ? []
          : names.map((name) => `    (${quoted(`${path} ${name}`)}) ${act(values)} ;;`),
      ),
    )
    .join('\n')
}

function wordsOrValues({ subcommands, values }: CommandWords): Values {
  return subcommands.length > 0 ? { kind: 'words', words: subcommands.map(({ name }) => name) } : values
}

function flagNames({ flags }: CommandWords): string[] {
  return flags.flatMap(({ names }) => names)
}

/** In single quotes, in which no shell of the three expands anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}
