/** What happens to the input beside the station: of a playlist, and of a device. */
export type InputEvent =
  | { event: 'track'; name: string; title: string | null; durationS: number | null }
  | { event: 'skipped'; name: string; code: string; message: string }
  | { event: 'input-lost'; code: string; message: string }
