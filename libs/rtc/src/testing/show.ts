/** A line of a test's output, for figures that a person wants to see. */
export function show(line: string): void {
  process.stdout.write(`${line}\n`)
}
