import type { SecretStream } from '@hyperswarm/secret-stream'
import { type Bye, type ByeReason, LIMITS, toPlainLine } from '@pearcast/protocol'

/** How long a goodbye may take to reach the other side before the connection is cut, ms. */
const GOODBYE_MS = 500

/** A goodbye whose detail fits the wire. */
export function byeMessage(reason: ByeReason, detail: string): Bye {
  return { type: 'bye', reason, detail: toPlainLine(detail, LIMITS.maxDetailBytes) }
}

/**
 * Ends the stream after what was written, and cuts it when the other side does not follow. The end comes a turn later:
 * while Protomux reads a batch it holds back what is written.
 */
export function endGently(conn: SecretStream): Promise<void> {
  return new Promise((resolve) => {
    if (conn.destroyed) return resolve()
    const turn = setTimeout(() => conn.end(), 0)
    const cut = setTimeout(() => conn.destroy(), GOODBYE_MS)
    conn.once('close', () => {
      clearTimeout(turn)
      clearTimeout(cut)
      resolve()
    })
  })
}
