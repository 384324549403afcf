import HyperDHT, { type DhtKeyPair } from 'hyperdht'

export type { DhtKeyPair }

/** A fresh DHT key pair; from the same seed of 32 bytes always the same one. */
export function createKeyPair(seed?: Uint8Array): DhtKeyPair {
  return HyperDHT.keyPair(seed)
}
