import { isIPv6 } from 'node:net'
import type { RTCIceTransport } from 'werift'
import { werift } from './module.ts'

/**
 * An ICE transport that asks nobody. Without a STUN server werift takes stun.l.google.com, whatever `iceServers` says: a
 * DNS query leaves the machine, and gathering takes 5 s offline. There is no option against it, so the field is fixed.
 * Host names in candidates never get here: `isUsable` lets IP addresses pass only.
 */
export function openIce(bindAddress: string | undefined, controlling: boolean): RTCIceTransport {
  const { RTCIceGatherer, RTCIceTransport: IceTransport } = werift.get()
  const gatherer = new RTCIceGatherer({ useTcp: false, ...addresses(bindAddress) })
  Object.defineProperty(gatherer.connection, 'stunServer', { value: undefined, writable: false })
  gatherer.connection.iceControlling = controlling
  return new IceTransport(gatherer)
}

function addresses(bindAddress: string | undefined): object {
  if (bindAddress === undefined) return { useIpv4: true, useIpv6: true }
  return {
    useIpv4: false,
    useIpv6: false,
    additionalHostAddresses: [bindAddress],
    interfaceAddresses: { [isIPv6(bindAddress) ? 'udp6' : 'udp4']: bindAddress },
  }
}
