/** A run of a scale report: how many there were, what was measured, and how it went along. */
export interface ScaleRun {
  /** What was varied besides the number. */
  label: string
  listeners: number
  /** Nested ones by their path: `depth.max`. */
  figures: ReadonlyMap<string, number>
  /** Looks at the tree, each with its figures by path and when it was, s. */
  curve: readonly { atS: number; figures: ReadonlyMap<string, number> }[]
}

/** The fields that say how large a run was. */
const SIZES = ['listeners', 'peers', 'size']
/** Numbers that measure nothing. */
const NAMES = new Set([...SIZES, 'seed', 'relays', 'atS', 'simulatedS'])

/** Whatever in a JSON value says how many listeners there were, and more than that. */
export function runsIn(value: unknown): ScaleRun[] {
  if (Array.isArray(value)) return value.flatMap(runsIn)
  if (!isRecord(value)) return []
  const listeners = SIZES.map((name) => value[name]).find((each) => typeof each === 'number')
  const figures = figuresIn(value)
  if (typeof listeners !== 'number' || figures.size === 0) return Object.values(value).flatMap(runsIn)
  const label = typeof value['name'] === 'string' ? value['name'] : ''
  return [{ label, listeners, figures, curve: curveIn(value['curve']) }]
}

function curveIn(value: unknown): ScaleRun['curve'] {
  if (!Array.isArray(value)) return []
  return value.flatMap((look: unknown) => {
    const atS = isRecord(look) ? look['atS'] : undefined
    return isRecord(look) && typeof atS === 'number' ? [{ atS, figures: figuresIn(look) }] : []
  })
}

function figuresIn(value: Record<string, unknown>): Map<string, number> {
  const numbers = numbersIn(value, '').filter(([name]) => !NAMES.has(name))
  return new Map(numbers)
}

function numbersIn(value: Record<string, unknown>, path: string): [string, number][] {
  return Object.entries(value).flatMap(([name, each]): [string, number][] => {
    const key = path === '' ? name : `${path}.${name}`
    if (typeof each === 'number' && Number.isFinite(each)) return [[key, each]]
    return isRecord(each) ? numbersIn(each, key) : []
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
