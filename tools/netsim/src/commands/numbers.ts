import { InvalidArgumentError } from 'commander'

/** What is more is a slip of the keyboard that would play for days. */
const MOST_TIMES = 10_000
/** Every lab at once has its own processes, namespaces and devices. */
const MOST_JOBS = 64
/** A peer takes 30 to 70 KiB: more do not fit into any machine that this was tried on. */
const MOST_LISTENERS = 1_000_000

/** An argument that is a whole number, 0 or more. */
export function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('It is not a whole number from 0 on.')
  return value
}

/** At least 1: nothing played would be nothing failed. */
export function positive(text: string): number {
  const value = whole(text)
  if (value === 0) throw new InvalidArgumentError('It is at least 1.')
  return value
}

export function times(text: string): number {
  return atMost(MOST_TIMES, text)
}

export function jobs(text: string): number {
  return atMost(MOST_JOBS, text)
}

/** Several numbers, with commas between. */
export function listeners(text: string): number[] {
  return text.split(',').map((each) => atMost(MOST_LISTENERS, each))
}

/** Shares of a whole, with commas between. */
export function percents(text: string): number[] {
  return text.split(',').map((each) => atMost(100, each))
}

function atMost(most: number, text: string): number {
  const value = positive(text)
  if (value > most) throw new InvalidArgumentError(`It is at most ${most}.`)
  return value
}
