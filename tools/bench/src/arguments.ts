import { parseArgs } from 'node:util'

/** What a command line asks for. */
export interface Arguments {
  /** The bench, or `all`. */
  name: string
  quick: boolean
  n: readonly number[] | undefined
  paths: readonly string[] | undefined
  seconds: number | undefined
}

/** What a bench can be told besides `--quick`. */
export type Choice = 'n' | 'paths' | 'seconds'

const MOST = 100_000

/** Of a command that cannot be run as it was written: one line on what was wrong, and what would be right. */
export class UsageError extends Error {}

/** `undefined` when help is asked for. Throws a `UsageError`. */
export function argumentsOf(args: readonly string[], benches: readonly string[]): Arguments | undefined {
  const { positionals, values } = parse(args)
  if (values.help) return undefined
  const [name, ...more] = positionals
  if (name === undefined) throw new UsageError(`no bench is named: there are ${benches.join(', ')}`)
  if (name !== 'all' && !benches.includes(name))
    throw new UsageError(`there is no bench "${name}": there are ${benches.join(', ')}`)
  if (more.length > 0) throw new UsageError(`"${more[0]}" is one word too many: one bench at a time, or all`)
  return {
    name,
    quick: values.quick,
    n: values.n?.split(',').map((text) => numberOf('--n', text, 'numbers like 100,300')),
    paths: values.path?.split(','),
    seconds:
      values.seconds === undefined ? undefined : numberOf('--seconds', values.seconds, 'a number like 6'),
  }
}

// What it returns follows from the options: naming that type would repeat them.
// oxlint-disable-next-line typescript/explicit-function-return-type
function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        quick: { type: 'boolean', default: false },
        n: { type: 'string' },
        path: { type: 'string' },
        seconds: { type: 'string' },
      },
    })
  } catch (error) {
    // Its first sentence says what; the rest is advice about positional arguments.
    throw new UsageError(error instanceof Error ? (error.message.split(/\. |\.?\n/)[0] ?? '') : String(error))
  }
}

function numberOf(option: string, text: string, right: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST) return value
  throw new UsageError(`${option} takes ${right}, from 1 to ${MOST}, and not "${text}"`)
}

const OPTION: Readonly<Record<Choice, string>> = { n: '--n', paths: '--path', seconds: '--seconds' }

/** An option that would do nothing is a mistake. Throws a `UsageError`. */
export function refuseOthers(asked: Arguments, takes: readonly Choice[]): void {
  const choices: readonly Choice[] = ['n', 'paths', 'seconds']
  const other = choices.find((choice) => asked[choice] !== undefined && !takes.includes(choice))
  if (other === undefined) return
  const own = takes.map((choice) => OPTION[choice]).concat('--quick')
  throw new UsageError(`${OPTION[other]} does nothing in ${asked.name}, which takes ${own.join(', ')}`)
}
