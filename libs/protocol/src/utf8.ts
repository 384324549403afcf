/**
 * Strict UTF-8 in plain TypeScript: `TextDecoder` is not part of the language, and Buffer turns malformed input
 * into U+FFFD where a wire decoder has to refuse it. Control messages only, never per frame.
 */

export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = []
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) out.push(code)
    else if (code < 0x800) out.push(0xc0 | (code >> 6), tail(code, 0))
    else if (code < 0x1_0000) out.push(0xe0 | (code >> 12), tail(code, 6), tail(code, 0))
    else out.push(0xf0 | (code >> 18), tail(code, 12), tail(code, 6), tail(code, 0))
  }
  return Uint8Array.from(out)
}

function tail(code: number, shift: number): number {
  return 0x80 | ((code >> shift) & 0x3f)
}

/** The text, or undefined for anything that is not shortest-form UTF-8 without surrogates. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at] ?? 0
    const length = sequenceLength(first)
    if (length === 0 || at + length > bytes.length) return undefined
    let code = length === 1 ? first : first & (0xff >> (length + 1))
    for (let i = 1; i < length; i++) {
      const next = bytes[at + i] ?? 0
      if ((next & 0xc0) !== 0x80) return undefined
      code = (code << 6) | (next & 0x3f)
    }
    if (code < smallestOfLength(length) || code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff))
      return undefined
    text += String.fromCodePoint(code)
    at += length
  }
  return text
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >> 5 === 0b110) return 2
  if (first >> 4 === 0b1110) return 3
  if (first >> 3 === 0b11110) return 4
  return 0
}

function smallestOfLength(length: number): number {
  if (length === 1) return 0
  if (length === 2) return 0x80
  return length === 3 ? 0x800 : 0x1_0000
}
