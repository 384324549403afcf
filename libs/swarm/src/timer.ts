/** Starts a timer, ms, and returns what stops it. */
export type SetTimer = (callback: () => void, ms: number) => () => void

export function setGlobalTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
