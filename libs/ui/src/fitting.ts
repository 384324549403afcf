/** Of UTF-8: what a station tells as playing now. */
export const TOLD_BYTES = 200

/** As much of a text as is told, cut between letters as people see them. */
export function fitting(text: string, maxBytes: number = TOLD_BYTES): string {
  const encoder = new TextEncoder()
  let fits = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (encoder.encode(fits + segment).length > maxBytes) break
    fits += segment
  }
  return fits
}
