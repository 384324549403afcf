import { InvalidArgumentError } from 'commander'

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

/** So many times: what is more is a slip of the keyboard that would play for days. */
const MOST_TIMES = 10_000

export function times(text: string): number {
  const value = positive(text)
  if (value > MOST_TIMES) throw new InvalidArgumentError(`It is at most ${MOST_TIMES}.`)
  return value
}

/** Every lab at once has its own processes, namespaces and devices. */
const MOST_JOBS = 64

export function jobs(text: string): number {
  const value = positive(text)
  if (value > MOST_JOBS) throw new InvalidArgumentError(`It is at most ${MOST_JOBS}.`)
  return value
}

/** A peer takes 30 to 70 KiB: more do not fit into any machine that this was tried on. */
const MOST_LISTENERS = 1_000_000

export function listeners(text: string): number[] {
  const values = wholes(text)
  if (values.some((value) => value > MOST_LISTENERS))
    throw new InvalidArgumentError(`It is at most ${MOST_LISTENERS}.`)
  return values
}

/** Shares of a whole, with commas between. */
export function percents(text: string): number[] {
  const values = wholes(text)
  if (values.some((value) => value > 100)) throw new InvalidArgumentError('It is at most 100.')
  return values
}

/** Several of them, with commas between. */
function wholes(text: string): number[] {
  return text.split(',').map(positive)
}
