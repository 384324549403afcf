import { createSocket } from 'node:dgram'
import { formatCandidate, parseCandidate } from '../candidate.ts'

/**
 * A UDP relay between two loopback peers: each is given the relay's port instead of the other's, so that a test
 * can lose packets on the way.
 */
export interface Wire {
  /** The candidate of that side, as the other side is to see it. */
  through(side: 'sender' | 'receiver', candidate: string): string
  /** Return true to lose a datagram of that side. */
  lose: (from: 'sender' | 'receiver', datagram: Uint8Array) => boolean
  close(): void
}

export async function openWire(): Promise<Wire> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const ports = { sender: 0, receiver: 0 }
  const wire: Wire = {
    through(side, text) {
      const candidate = parseCandidate(text)
      ports[side] = candidate.port
      return formatCandidate({ ...candidate, port: socket.address().port })
    },
    lose: () => false,
    close: () => socket.close(),
  }
  socket.on('message', (datagram, { port }) => {
    const from = port === ports.sender ? 'sender' : 'receiver'
    ports[from] = port // the receiver checks before it names its candidate
    const to = from === 'sender' ? 'receiver' : 'sender'
    if (ports[to] !== 0 && !wire.lose(from, datagram)) socket.send(datagram, ports[to], '127.0.0.1')
  })
  return wire
}
