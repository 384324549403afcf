import { NetsimError } from '../errors.ts'

/** Options as they were written, by their names in the code. */
type Given = Readonly<Record<string, unknown>>

/** What cannot be together with what, and why, in words that follow "--a and --b do not go together:". */
const CONFLICTS: readonly (readonly [string, readonly string[], string])[] = [
  ['file', ['only', 'canary'], 'a file has one scenario'],
  ['list', ['json'], 'names are printed as they are'],
  [
    'list',
    ['report', 'repeat', 'baseline', 'saveBaseline', 'pcap', 'program', 'shell'],
    'names are printed, and nothing is played',
  ],
  ['shell', ['json'], 'a prompt prints no results'],
  ['shell', ['report', 'repeat', 'baseline', 'saveBaseline', 'program'], 'a prompt plays nothing'],
  ['shell', ['pcap'], 'a prompt writes no packets'],
]

/** What only the playing of scenarios has, and the other commands would leave out without a word. */
const OF_SCENARIOS = ['list', 'only', 'file', 'canary', 'repeat', 'shell', 'pcap', 'program'] as const
const OF_PLAYS = [...OF_SCENARIOS, 'json', 'baseline', 'saveBaseline', 'scale'] as const
const OF_LABS = ['report', 'tunDevice', 'jobs'] as const

const NOT_FOR: Readonly<Record<string, readonly string[]>> = {
  chaos: OF_PLAYS,
  'chaos --virtual': [...OF_PLAYS, ...OF_LABS, 'without'],
  probe: [...OF_SCENARIOS, ...OF_LABS, 'baseline', 'saveBaseline', 'scale', 'seed'],
  report: [...OF_SCENARIOS, ...OF_LABS, 'json', 'seed'],
  scale: [...OF_SCENARIOS, ...OF_LABS, 'baseline', 'saveBaseline', 'scale'],
}

/** Throws `OPTIONS_CONFLICT` for options that would be left out without a word. */
export function refuseConflicts(given: Given): void {
  for (const [one, others, why] of CONFLICTS) {
    const other = given[one] === undefined ? undefined : others.find((each) => given[each] !== undefined)
    if (other !== undefined)
      throw NetsimError.optionsConflict(`${flag(one)} and ${flag(other)} do not go together`, why)
  }
  const hasPage = ['report', 'baseline', 'saveBaseline'].some((name) => given[name] !== undefined)
  if (given['scale'] !== undefined && !hasPage)
    throw NetsimError.optionsConflict('--scale needs --report', 'there is no page that could show it')
}

/** Whether this option would do nothing for a command of its own. */
export function isForeign(command: string, name: string): boolean {
  return NOT_FOR[command]?.includes(name) === true
}

/** The same for a command of its own. */
export function refuseForeign(command: string, given: Given): void {
  const foreign = NOT_FOR[command]?.find((name) => given[name] !== undefined)
  if (foreign !== undefined)
    throw NetsimError.optionsConflict(`${command} cannot take ${flag(foreign)}`, 'it would do nothing')
}

function flag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
