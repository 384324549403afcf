import type { Role, StationLink } from '@pearcast/protocol'
import type { RoutedLink } from '@pearcast/swarm'
import sodium from 'sodium-universal'

type RoutedLinkOptions = ConstructorParameters<typeof RoutedLink>[0]

/** What the handshake of a routed link comes to, when the other end is of this role. */
export function provenEnd(role: Role, link: StationLink): Pick<RoutedLinkOptions, 'peer' | 'handshake'> {
  const key = new Uint8Array(32)
  return {
    peer: {
      hello: { type: 'hello', versionMin: 1, versionMax: 1, features: 0, role, maxDatagramBytes: 1152 },
      version: 1,
      features: 0,
      sealKey: key,
    },
    handshake: {
      sodium,
      link,
      role,
      binding: { localKey: key, remoteKey: key, handshakeHash: key },
      sealKey: key,
      nowS: 0,
      send: () => undefined,
    },
  }
}
