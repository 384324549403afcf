import { EXIT, exitCodeOf } from './exit-codes.ts'

const EXIT_BY_REASON: ReadonlyMap<string, number> = new Map([
  ['stopped', EXIT.ok],
  ['duration', EXIT.ok],
  ['source-ended', EXIT.ok],
  ['kicked', EXIT.notOnAir],
  ['not-allowed', EXIT.notOnAir],
])

/**
 * The exit code of a broadcast or a listener that ended by itself, from the reason in its `ended` event.
 *
 * @param errorCode of the last `error` event, if there was one
 */
export function exitCodeOfEnding(reason: string, errorCode: string | undefined): number {
  const byError = errorCode === undefined ? undefined : exitCodeOf(errorCode)
  // A recording that is not whole is a failure however the listening ended.
  if (byError === EXIT.output) return byError
  return EXIT_BY_REASON.get(reason) ?? byError ?? EXIT.unexpected
}
