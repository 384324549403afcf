import { type Address, openDht } from '@pearcast/swarm'
import { pause } from '../process/pinned.ts'
import { takeSeat } from './swarm-receiver.ts'

/** Listens to a station directly and through a relay, and compares when the same frame arrives: one clock, no estimate. */
export class HopReceiver {
  /** Resolves to the ms by which each frame came later through the relay, for so many seconds. */
  async measure(bootstrap: Address[], link: string, relayKey: string, seconds: number): Promise<number[]> {
    const direct = new Map<number, number>()
    const relayed = new Map<number, number>()
    const leave = await Promise.all([
      seat(bootstrap, link, undefined, direct),
      seat(bootstrap, link, relayKey, relayed),
    ])
    await pause(seconds * 1000)
    await Promise.all(leave.map((end) => end()))
    const laterMs: number[] = []
    for (const [seq, atMs] of relayed) {
      const directMs = direct.get(seq)
      if (directMs !== undefined) laterMs.push(atMs - directMs)
    }
    return laterMs
  }
}

async function seat(
  bootstrap: Address[],
  link: string,
  relayKey: string | undefined,
  arrivals: Map<number, number>,
): Promise<() => Promise<void>> {
  const node = await openDht({ bootstrap })
  await node.ready()
  let onFirst: (() => void) | undefined
  const leave = await new Promise<() => Promise<void>>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(why))
    const stop = takeSeat(node, link, relayKey, fail, (seq) => {
      arrivals.set(seq, performance.now())
      onFirst?.()
    })
    onFirst = () => resolve(stop)
  })
  // The first ones came from a ring, not from the air.
  await pause(1000)
  arrivals.clear()
  return leave
}
