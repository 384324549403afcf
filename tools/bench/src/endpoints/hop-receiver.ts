import { type Address, openDht } from '@pearcast/swarm'
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
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
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
  return new Promise((resolve, reject) => {
    const leave = takeSeat(node, link, relayKey, reject, (seq) => {
      // The first ones are from a ring, not from the air.
      arrivals.set(seq, performance.now())
      if (arrivals.size === 1) setTimeout(() => (arrivals.clear(), resolve(leave)), 1000)
    })
  })
}
