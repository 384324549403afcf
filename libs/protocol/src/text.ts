import { encodeUtf8 } from './utf8.ts'

/**
 * Text that a stranger sends ends up in terminals and title bars: control characters could move the cursor or
 * fake a line of output, and bidirectional overrides could reorder what is read.
 */
const NOT_PLAIN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const NOT_PLAIN_RUNS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** True for a single line without control characters, line separators and bidirectional overrides. */
export function isPlainLine(text: string): boolean {
  return !NOT_PLAIN.test(text)
}

/**
 * Makes any text fit a display field: what is not plain becomes a space, and the end is cut off between
 * characters when it is longer than `maxBytes` of UTF-8.
 */
export function toPlainLine(text: string, maxBytes: number): string {
  const plain = text.toWellFormed().replace(NOT_PLAIN_RUNS, ' ')
  let bytes = 0
  let line = ''
  for (const character of plain) {
    bytes += encodeUtf8(character).length
    if (bytes > maxBytes) break
    line += character
  }
  return line
}
