import { Argument, Command } from 'commander'
import { commandWords } from '../completion/command-words.ts'
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts'
import { EXIT } from '../exit-codes.ts'
import { oneOf } from '../options/parsers.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast completion bash|zsh|fish` */
export function completionCommand(run: Runner, program: () => Command): Command {
  const shell = new Argument('<shell>', SHELLS.join(', ')).argParser(oneOf('<shell>', SHELLS))
  shell.argChoices = [...SHELLS]
  return new Command('completion')
    .summary('let your shell complete commands, options and names')
    .description('Prints a script that makes a shell complete what is typed after "pearcast".')
    .addArgument(shell)
    .addHelpText(
      'after',
      examples([
        ['In ~/.bashrc:', 'source <(pearcast completion bash)'],
        ['In ~/.zshrc, after compinit:', 'source <(pearcast completion zsh)'],
        ['Once, for fish:', 'pearcast completion fish > ~/.config/fish/completions/pearcast.fish'],
      ]),
    )
    .action((chosen: Shell, _options: unknown, command: Command) =>
      run(command, ({ output }) => {
        output.result(completionScript(chosen, commandWords(program())).trimEnd())
        return Promise.resolve(EXIT.ok)
      }),
    )
}
