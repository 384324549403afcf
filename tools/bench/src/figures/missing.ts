/** Names a row that cannot be had; where nobody reads that, it is a failure. */
export function tellMissing(path: string, why: string): void {
  console.error(`MISSING ${path}: ${why}`)
  if (process.env['CI'] === 'true') process.exitCode = 1
}
