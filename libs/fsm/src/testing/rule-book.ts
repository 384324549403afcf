/** Rules that hold whatever happens; those that did not, by name. */
export class RuleBook {
  readonly broken: string[] = []

  must(holds: boolean, rule: string): void {
    if (!holds) this.broken.push(rule)
  }
}
