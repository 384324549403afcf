import { InvalidArgumentError } from 'commander'

/** An argument that is a whole number, 0 or more. */
export function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It is not a whole number.')
  return value
}

/** At least 1: nothing played would be nothing failed. */
export function positive(text: string): number {
  const value = whole(text)
  if (value === 0) throw new InvalidArgumentError('It is at least 1.')
  return value
}

/** Several of them, with commas between. */
export function wholes(text: string): number[] {
  return text.split(',').map(positive)
}
