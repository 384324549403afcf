import { encodeDatagram, parseLink } from '@pearcast/protocol'
import {
  type Address,
  ConnectionManager,
  dialMember,
  type DhtNode,
  type MemberDialOptions,
  openDht,
  type PeerLink,
} from '@pearcast/swarm'
import sodium from 'sodium-universal'
import { Arrivals, type Arrived } from '../figures/arrivals.ts'
import { CHANNEL, seqOf } from './frame-source.ts'

/** A listener says how frames arrive, and asks for the time. */
const REPORT_MS = 1000
const PING_MS = 1800
const DIAL_TIMEOUT_MS = 10_000
const DIAL_AGAIN_MS = 300
const DIAL_TRIES = 5
/** Whoever has heard nothing by then hears nothing. */
const JOIN_MS = 60_000

/**
 * Listeners by the hundred in one process: each with a DHT node, the real search, handshake, seals and reports. What they do
 * not do is verify, decode and play, for which one core would not do.
 */
export class SwarmReceiver {
  #arrivals = new Arrivals()
  #seats: (() => Promise<void>)[] = []
  #bootstrap: Address[] = []
  #link = ''
  #relayKey: string | undefined

  /** @param relayKey the relay that all of them dial, instead of the station */
  use(bootstrap: Address[], link: string, relayKey?: string): void {
    this.#bootstrap = bootstrap
    this.#relayKey = relayKey
    this.#link = link
  }

  /**
   * Until so many hear the station; `atOnce` at a time. Resolves to the ms that each needed, from its search on; rejects with
   * what the first was told that is not let in.
   */
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
    await Promise.all(leaving.map((leave) => leave()))
    this.#arrivals = new Arrivals()
  }

  begin(): void {
    this.#arrivals.begin()
  }

  end(): Arrived {
    return this.#arrivals.end()
  }

  #listen(node: DhtNode): Promise<number> {
    const arrivals = this.#arrivals
    const index = arrivals.add()
    const sinceMs = performance.now()
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`listener ${index + 1}: ${why}`))
      const timer = setTimeout(fail, JOIN_MS, `nothing heard within ${JOIN_MS} ms`)
      let isFirst = true
      const leave = takeSeat(node, this.#link, this.#relayKey, fail, (seq) => {
        arrivals.take(index, seq)
        if (!isFirst) return
        isFirst = false
        clearTimeout(timer)
        resolve(performance.now() - sinceMs)
      })
      this.#seats.push(leave)
    })
  }
}

/** Listens, until what it returns is called; at the station, or at a relay if one is named. Hot: `onFrame`. */
export function takeSeat(
  node: DhtNode,
  link: string,
  relayKey: string | undefined,
  onFailed: (why: string) => void,
  onFrame: (seq: number) => void,
): () => Promise<void> {
  let talk: NodeJS.Timeout[] = []
  let headSeq = 0
  const onLink = (peer: PeerLink): void => {
    // Untaken, what a relay tells of ways and rooms piles up until the link is ended as a violation.
    peer.onControl = (message) => {
      if (message.type === 'refused') onFailed(`refused: ${message.reason}`)
    }
    peer.onDatagram = (plaintext) => {
      const seq = seqOf(plaintext)
      if (seq === undefined) return
      headSeq = seq
      onFrame(seq)
    }
    peer.send({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: { swarm: true, webrtc: false } })
    talk.forEach(clearInterval)
    talk = [setInterval(() => report(peer, headSeq), REPORT_MS), setInterval(() => ping(peer), PING_MS)]
  }
  const stop = connect(node, link, relayKey, onFailed, onLink)
  return async () => {
    talk.forEach(clearInterval)
    await stop()
    await node.close()
  }
}

function connect(
  node: DhtNode,
  text: string,
  relayKey: string | undefined,
  onFailed: (why: string) => void,
  onLink: (peer: PeerLink) => void,
): () => Promise<void> {
  const link = parseLink(sodium, text)
  if (relayKey === undefined) {
    const manager = new ConnectionManager({ node, sodium, link, onLink })
    manager.start()
    return () => manager.stop()
  }
  return dialUntilProven({ node, sodium, link, role: 'listener', key: relayKey }, onFailed, onLink)
}

/** A listener would look for another parent; here it is this one or none. */
function dialUntilProven(
  to: Pick<MemberDialOptions, 'node' | 'sodium' | 'link' | 'role' | 'key'>,
  onFailed: (why: string) => void,
  onLink: (peer: PeerLink) => void,
): () => Promise<void> {
  let peer: PeerLink | undefined
  let triesLeft = DIAL_TRIES
  let abandon: () => Promise<void>
  const dial = (): void => {
    triesLeft--
    abandon = dialMember({
      ...to,
      timeoutMs: DIAL_TIMEOUT_MS,
      onLink: (open) => {
        peer = open
        onLink(open)
      },
      onFailed: ({ code }) => {
        if (triesLeft > 0) setTimeout(dial, DIAL_AGAIN_MS)
        else onFailed(`the relay does not answer: ${code}`)
      },
      onEnd: (_, end) => onFailed(`the link ended: ${end.kind}, ${end.detail}`),
    })
  }
  dial()
  return () => peer?.close('leaving') ?? abandon()
}

function report(peer: PeerLink, headSeq: number): void {
  if (!peer.isOpen) return
  const figures = { headSeq, expected: 50, received: 50, jitterMs: 1, delayMs: 1 }
  peer.sendDatagram(encodeDatagram({ type: 'report', channel: CHANNEL, ...figures }))
}

function ping(peer: PeerLink): void {
  if (peer.isOpen) peer.send({ type: 'ping', id: 1, t0Us: Date.now() * 1000 })
}
