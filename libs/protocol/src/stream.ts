import { concat } from './bytes.ts'
import { domain } from './domain.ts'
import { KEY_BYTES } from './keys.ts'
import type { Sodium } from './sodium.ts'
import { Writer } from './writer.ts'

export const CONTEXT_BYTES = 32

const STREAM = domain('stream')

/**
 * The 32 bytes that stand for one stream in every signature over its frames and heartbeats. Bound by hash, not
 * sent: a frame of another station, run or variant does not verify, and costs no bytes on the wire.
 */
export function streamContext(
  sodium: Sodium,
  session: { stationKey: Uint8Array; generation: number; term: number },
  variant: number,
): Uint8Array {
  const fields = new Writer()
    .fixed('the station key', session.stationKey, KEY_BYTES)
    .u32('generation', session.generation)
    .u48('term', session.term)
    .u8('variant', variant)
    .finish()
  const context = new Uint8Array(CONTEXT_BYTES)
  sodium.crypto_generichash(context, concat([STREAM, fields]))
  return context
}
