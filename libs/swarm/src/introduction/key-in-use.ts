import HyperDHT from 'hyperdht'
import { createBoundedStream } from '../bounded-stream.ts'
import type { DhtNode } from '../dht-node.ts'

/**
 * Whether somebody answers under this key already. Only who has its secret can: another process with the same files, or
 * another computer with a copy of them. What is left in the DHT of one that was killed is asked in vain, for `withinMs`.
 */
export function isKeyInUse(node: DhtNode, publicKey: Uint8Array, withinMs: number): Promise<boolean> {
  const conn = node.dht.connect(publicKey, {
    keyPair: HyperDHT.keyPair(),
    createSecretStream: createBoundedStream,
  })
  return new Promise((resolve) => {
    const end = (isInUse: boolean): void => {
      clearTimeout(timer)
      resolve(isInUse)
      conn.destroy()
    }
    const timer = setTimeout(end, withinMs, false)
    conn.on('error', () => undefined)
    conn.once('close', () => end(false))
    // Open it is on our word alone; its first bytes are the other side's.
    conn.once('data', () => end(true))
  })
}
