/** The block at the end of a command's help. Each example: what it does, then the command. */
export function examples(list: readonly (readonly [what: string, command: string])[]): string {
  const lines = list.map(([what, command]) => `  ${what}\n    $ ${command}`)
  return `\nExamples:\n${lines.join('\n')}\n`
}
