import type { PeerTransport, PeerTransportOptions } from '../peer-transport.ts'
import { NegotiatedTransport } from '../transport.ts'
import { NdcConnection } from './connection.ts'

/**
 * A `PeerTransport` on node-datachannel (libdatachannel, libjuice, libsrtp).
 * @throws RtcError NATIVE_MISSING, BIND_ADDRESS, NATIVE_FAILED
 */
export function createNdcTransport(options: PeerTransportOptions): PeerTransport {
  return new NegotiatedTransport((bindAddress, events) => new NdcConnection(bindAddress, events), options)
}
