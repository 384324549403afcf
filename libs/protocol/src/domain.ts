/**
 * Domain separation: every hash, MAC and signature starts with the ASCII text `pearcast/1 <use>` and one zero
 * byte, so that bytes made for one use never verify for another.
 */
export function domain(use: string): Uint8Array {
  const text = `pearcast/1 ${use}\0`
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
