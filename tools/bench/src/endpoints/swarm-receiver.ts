import { encodeDatagram, parseLink } from '@pearcast/protocol'
import { type Address, ConnectionManager, openDht, type PeerLink } from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { CHANNEL, seqOf } from './frame-source.ts'

/** What a listener says each second: how frames arrive, and a ping. */
const REPORT_MS = 1000

interface Seat {
  manager: ConnectionManager
  leave(): Promise<void>
}

/**
 * Listeners by the hundred in one process: each with a DHT node, the real search, handshake, seals and reports. What they do
 * not do is verify, decode and play, for which one core would not do.
 */
export class SwarmReceiver {
  #arrivals = new Arrivals()
  #seats: Seat[] = []
  #bootstrap: Address[] = []
  #link = ''

  use(bootstrap: Address[], link: string): void {
    this.#bootstrap = bootstrap
    this.#link = link
  }

  /** Until so many hear the station; `atOnce` at a time. Resolves to the ms that each needed, from its search on. */
  async join(count: number, atOnce: number): Promise<number[]> {
    const tookMs: number[] = []
    while (this.#seats.length < count) {
      const batch = Math.min(atOnce, count - this.#seats.length)
      const nodes = await Promise.all(
        Array.from({ length: batch }, () => openDht({ bootstrap: this.#bootstrap })),
      )
      // Their programs are running and on the network: what is measured is the station's part.
      await Promise.all(nodes.map((node) => node.ready()))
      tookMs.push(...(await Promise.all(nodes.map((node) => this.#listen(node)))))
    }
    return tookMs
  }

  async leave(): Promise<void> {
    const leaving = this.#seats
    this.#seats = []
    await Promise.all(leaving.map((seat) => seat.leave()))
    this.#arrivals = new Arrivals()
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }

  #listen(node: Awaited<ReturnType<typeof openDht>>): Promise<number> {
    const arrivals = this.#arrivals
    const index = arrivals.add()
    const sinceMs = performance.now()
    let reports: NodeJS.Timeout | undefined
    let headSeq = 0
    return new Promise((resolve) => {
      const onLink = (peer: PeerLink): void => {
        peer.onDatagram = (plaintext) => {
          const seq = seqOf(plaintext)
          if (seq === undefined) return
          if (headSeq === 0) resolve(performance.now() - sinceMs)
          headSeq = seq
          arrivals.take(index, seq)
        }
        peer.send({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: { swarm: true, webrtc: false } })
        clearInterval(reports)
        reports = setInterval(() => report(peer, headSeq), REPORT_MS)
      }
      const manager = new ConnectionManager({ node, sodium, link: parseLink(sodium, this.#link), onLink })
      this.#seats.push({
        manager,
        leave: async () => {
          clearInterval(reports)
          await manager.stop()
          await node.close()
        },
      })
      manager.start()
    })
  }
}

function report(peer: PeerLink, headSeq: number): void {
  if (!peer.isOpen) return
  const figures = { headSeq, expected: 50, received: 50, jitterMs: 1, delayMs: 1 }
  peer.sendDatagram(encodeDatagram({ type: 'report', channel: CHANNEL, ...figures }))
  peer.send({ type: 'ping', id: 1, t0Us: Date.now() * 1000 })
}
