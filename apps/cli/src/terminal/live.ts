import type { Output } from './output.ts'

interface LiveOptions {
  /** What a terminal shows at its bottom, several times a second. */
  lines: () => readonly string[]
  /** What a log file gets instead, now and then. Default: the same. */
  plainLines?: () => readonly string[]
  /** Default every 60 s. */
  plainEveryMs?: number
}

const REPAINT_MS = 250

/** Shows a state as it changes: painted over on a terminal, a plain line now and then elsewhere. @returns the end of it */
export function showLive(
  output: Output,
  { lines, plainLines = lines, plainEveryMs = 60_000 }: LiveOptions,
): () => void {
  const paint = (): void => {
    if (output.isLive) output.status(lines())
    else for (const line of plainLines()) output.line('info', line)
  }
  if (output.isLive) paint()
  const timer = setInterval(paint, output.isLive ? REPAINT_MS : plainEveryMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    output.status([])
  }
}
