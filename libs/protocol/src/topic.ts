import { requireBytes } from './bytes.ts'
import { domain } from './domain.ts'
import { KEY_BYTES } from './keys.ts'
import type { Sodium } from './sodium.ts'

const TOPIC = domain('topic')
const HELPER_TOPIC = domain('helper topic')
const INTRODUCTION_TOPIC = domain('introduction topic')

/**
 * The Hyperswarm topic of a station, 32 bytes. A hash keyed with the station key: who sees the topic in the DHT
 * learns nothing that lets him listen, or even name the station.
 */
export function stationTopic(sodium: Sodium, stationKey: Uint8Array): Uint8Array {
  return keyedHash(sodium, TOPIC, stationKey)
}

/** Where those announce who hear a station, can be reached, and pass envelopes on for others of it. */
export function helperTopic(sodium: Sodium, stationKey: Uint8Array): Uint8Array {
  return keyedHash(sodium, HELPER_TOPIC, stationKey)
}

/** The channel on which a station introduces itself to a relay that it names; `relayKey` is the relay's DHT key. */
export function introductionTopic(sodium: Sodium, relayKey: Uint8Array): Uint8Array {
  return keyedHash(sodium, INTRODUCTION_TOPIC, relayKey)
}

function keyedHash(sodium: Sodium, label: Uint8Array, key: Uint8Array): Uint8Array {
  requireBytes('the key', key, KEY_BYTES)
  const topic = new Uint8Array(32)
  sodium.crypto_generichash(topic, label, key)
  return topic
}
