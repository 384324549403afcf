import type { ControlMessage } from '@pearcast/protocol'
import type { PeerLink } from '@pearcast/swarm'

/** One end of a link without a network: what is sent is kept, what is received is told. */
export interface MemoryLink extends PeerLink {
  readonly sent: ControlMessage[]
  readonly datagrams: Uint8Array[]
  receive(message: ControlMessage): void
  receiveDatagram(plaintext: Uint8Array): void
  lose(): void
}

const NO_DATAGRAMS = {
  datagramsSent: 0,
  datagramsReceived: 0,
  datagramsDropped: 0,
  forged: 0,
  replayed: 0,
  malformed: 0,
}

const keyOf = (id: string): Uint8Array => new TextEncoder().encode(id.padEnd(32)).slice(0, 32)

export function createMemoryLink(id: string): MemoryLink {
  const link: MemoryLink = {
    id,
    remoteKey: keyOf(id),
    remoteRole: 'listener',
    via: 'lan',
    remoteAddress: { host: '127.0.0.1', port: 1 },
    session: undefined,
    features: 0,
    version: 1,
    maxDatagramBytes: 1128,
    rttMs: 1,
    isOpen: true,
    stats: NO_DATAGRAMS,
    onControl: undefined,
    onDatagram: undefined,
    onRouted: undefined,
    onSession: undefined,
    onClose: undefined,
    sent: [],
    datagrams: [],
    send: (...messages) => void link.sent.push(...messages),
    sendDatagram: (plaintext) => link.datagrams.push(plaintext.slice()) > 0,
    close: (reason = 'leaving', detail = '') => {
      link.onClose?.({ kind: 'local', reason, detail })
      return Promise.resolve()
    },
    receive: (message) => link.onControl?.(message),
    receiveDatagram: (plaintext) => link.onDatagram?.(plaintext),
    lose: () => link.onClose?.({ kind: 'lost', detail: 'gone' }),
  }
  return link
}
