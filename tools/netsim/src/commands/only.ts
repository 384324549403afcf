/**
 * The patterns of a command line: several words after one `--only` are one pattern, for task runners take the quotes
 * away, and each `--only` is one of its own, all of which must match: so one that is added to a task chooses among the task's.
 */
export function patternsOf(args: readonly string[]): string[] {
  const patterns: string[][] = []
  let current: string[] | undefined
  for (const arg of args) {
    if (arg === '--only') patterns.push((current = []))
    else if (arg.startsWith('--only=')) patterns.push((current = [arg.slice('--only='.length)]))
    else if (arg.startsWith('-')) current = undefined
    else current?.push(arg)
  }
  return patterns.map((words) => words.join(' '))
}
