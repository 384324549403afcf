import type { PeerTransport, PeerTransportOptions } from '../peer-transport.ts'
import { NegotiatedTransport } from '../transport.ts'
import { WeriftConnection } from './connection.ts'

/**
 * A `PeerTransport` on werift, pure TypeScript: seven times dearer a packet, and there where the native module is not.
 * @throws RtcError NATIVE_MISSING, BIND_ADDRESS
 */
export function createWeriftTransport(options: PeerTransportOptions): PeerTransport {
  return new NegotiatedTransport((bindAddress, events) => new WeriftConnection(bindAddress, events), options)
}
