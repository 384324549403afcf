const MAX_TITLE_CHARACTERS = 200

/** A title from a file's metadata: UTF-8, one line, of bounded length; undefined when nothing is left. */
export function cleanTitle(bytes: Uint8Array, encoding = 'utf-8'): string | undefined {
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, MAX_TITLE_CHARACTERS * 4))
  // oxlint-disable-next-line no-control-regex
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
  return line === '' ? undefined : Array.from(line).slice(0, MAX_TITLE_CHARACTERS).join('')
}
