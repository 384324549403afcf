/** More are no help. */
const MOST = 3
/** One slip in so many letters is still a slip. */
const LETTERS_A_SLIP = 4

/** The names that nearly contain the text, the nearest first; at most three. */
export function nearNames(text: string, names: readonly string[]): string[] {
  const slips = Math.floor(text.length / LETTERS_A_SLIP)
  return names
    .map((name) => ({ name, distance: distanceWithin(text.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= slips)
    .toSorted((a, b) => a.distance - b.distance || a.name.length - b.name.length)
    .slice(0, MOST)
    .map(({ name }) => name)
}

/** Letters to change until the text is a part of the name: Levenshtein's distance with free ends, after Sellers (1980). */
function distanceWithin(text: string, name: string): number {
  let row = Array.from({ length: name.length + 1 }, () => 0)
  for (const [i, letter] of text.split('').entries()) {
    const next = [i + 1]
    for (let j = 0; j < name.length; j++) {
      const substituted = (row[j] ?? 0) + (name[j] === letter ? 0 : 1)
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return Math.min(...row)
}
