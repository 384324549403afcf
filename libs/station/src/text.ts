/** The one line of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` that errors of our libraries carry, for events. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNEXPECTED'
}

export function refusalText(reason: 'full' | 'not-on-air' | 'not-allowed', retryMs: number): string {
  const again = `Trying again in ${Math.ceil(retryMs / 1000)} s.`
  switch (reason) {
    case 'full':
      return `The station has no room for another listener at the moment. ${again}`
    case 'not-on-air':
      return `The station is not on air at the moment. ${again}`
    case 'not-allowed':
      return 'The station does not admit this listener.'
  }
}

export function impostorText(id: string, detail: string): string {
  return `${id} announces itself as this station without its key, and is ignored (${detail}). Still looking for the station.`
}

/** @param nowMs what this computer takes for the time, ms since 1970 */
export function untimelyText(detail: string, nowMs: number): string {
  const now = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')
  return (
    `The station answers, but its certificate is not valid at this computer's time, ${now} UTC (${detail}). ` +
    'One of the two clocks is wrong: check the one here first.'
  )
}
