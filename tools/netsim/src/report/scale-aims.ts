/** What a tree of any size is to reach (docs/performance.md has the figures). */
export interface ScaleAim {
  /** Of a figure, by its path. */
  readonly name: string
  /** In a few words, for a line of the terminal. */
  readonly short: string
  readonly words: string
  readonly value: number
  readonly isLeast?: true
  /** What has no figure because it never came about was missed, if this was measured. */
  readonly beside?: string
}

export const SCALE_AIMS: readonly ScaleAim[] = [
  { name: 'churn.copiesMax', short: 'copies <= 8', words: 'at most 8', value: 8 },
  { name: 'churn.depthP95', short: 'depth p95 <= 7', words: 'at most 7', value: 7 },
  {
    name: 'churn.continuity',
    short: 'continuity >= 99.9 %',
    words: 'at least 99.9 %',
    value: 0.999,
    isLeast: true,
  },
  {
    name: 'partition.healedAfterS',
    short: 'healed within 10 s',
    words: 'at most 10',
    value: 10,
    beside: 'partition.othersHearing',
  },
]

export type Figures = ReadonlyMap<string, number>

/** Undefined where nothing was measured. */
export function isMet({ beside, isLeast, name, value }: ScaleAim, figures: Figures): boolean | undefined {
  const measured = figures.get(name)
  if (measured === undefined) return beside !== undefined && figures.has(beside) ? false : undefined
  return isLeast ? measured >= value : measured <= value
}

/** A line for people. */
export function scaleAimsText(figures: Figures): string {
  const those = (met: boolean): string =>
    SCALE_AIMS.filter((aim) => isMet(aim, figures) === met)
      .map(({ short }) => short)
      .join(', ') || 'none'
  return `aims met: ${those(true)}; missed: ${those(false)}`
}
