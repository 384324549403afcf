import { type ControlMessage, keyPairFromSeed, type KeyPair, type RoutedEnvelope } from '@pearcast/protocol'
import type { PeerLink } from '../peer-link.ts'
import { randomBytes } from '../random.ts'
import { sodium } from '../test-kit.ts'

/** One end of a link without a network, which carries envelopes only. */
export interface FakeLink extends PeerLink {
  /** What was sent and not delivered. */
  readonly sent: RoutedEnvelope[]
  isOpen: boolean
}

const NO_DATAGRAMS = {
  datagramsSent: 0,
  datagramsReceived: 0,
  datagramsDropped: 0,
  forged: 0,
  replayed: 0,
  malformed: 0,
}

/** `deliver` gets each envelope at once; without, they pile up in `sent`. */
export function createFakeLink(
  remoteKey: Uint8Array,
  deliver?: (envelope: RoutedEnvelope) => void,
): FakeLink {
  const sent: RoutedEnvelope[] = []
  return {
    id: 'fake',
    remoteKey,
    remoteRole: 'listener',
    via: 'public',
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
    sent,
    send(...messages: readonly ControlMessage[]) {
      for (const message of messages) {
        if (message.type !== 'routed' || !this.isOpen) continue
        if (deliver) deliver(message.envelope)
        else sent.push(message.envelope)
      }
    },
    sendDatagram: () => false,
    close() {
      this.isOpen = false
      return Promise.resolve()
    },
  }
}

export function randomKeyPair(): KeyPair {
  return keyPairFromSeed(sodium, randomBytes(32))
}
