import { requireBytes } from './bytes.ts'
import { domain } from './domain.ts'
import { KEY_BYTES } from './keys.ts'
import type { Sodium } from './sodium.ts'

const TOPIC = domain('topic')

/**
 * The Hyperswarm topic of a station, 32 bytes. A hash keyed with the station key: who sees the topic in the DHT
 * learns nothing that lets him listen, or even name the station.
 */
export function stationTopic(sodium: Sodium, stationKey: Uint8Array): Uint8Array {
  requireBytes('the station key', stationKey, KEY_BYTES)
  const topic = new Uint8Array(32)
  sodium.crypto_generichash(topic, TOPIC, stationKey)
  return topic
}
