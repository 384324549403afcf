import { Command } from 'commander'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast favourites list|remove` */
export function favouritesCommand(run: Runner): Command {
  const list = new Command('list')
    .description('Prints the name and the link of every station you kept.')
    .addHelpText('after', examples([['What is kept:', 'pearcast favourites list']]))
    .action((_options: unknown, command: Command) =>
      run(command, async (session) => (await import('../favourites/favourites.ts')).list(session)),
    )
  const remove = new Command('remove')
    .description('Forgets a station. Nothing of the station itself changes.')
    .argument('<name>', 'as it was kept')
    .addHelpText('after', examples([['Forget one:', 'pearcast favourites remove jazz']]))
    .action((name: string, _options: unknown, command: Command) =>
      run(command, async (session) => (await import('../favourites/favourites.ts')).remove(name, session)),
    )
  return new Command('favourites')
    .summary('the stations you kept by name')
    .description('Stations kept with "listen LINK --save NAME" are heard again with "listen NAME".')
    .addHelpText(
      'after',
      examples([
        ['Keep one while listening:', 'pearcast listen pearcast://… --save jazz'],
        ['Hear it again:', 'pearcast listen jazz'],
        ['What is kept:', 'pearcast favourites list'],
      ]),
    )
    .addCommand(list)
    .addCommand(remove)
}
