import type { SecretStream } from '@hyperswarm/secret-stream'
import {
  type Announcement,
  type ControlMessage,
  introductionTopic,
  type RelayTicket,
  type Sodium,
} from '@pearcast/protocol'
import HyperDHT from 'hyperdht'
import { createBoundedStream } from '../bounded-stream.ts'
import { ControlChannel } from '../control-channel.ts'
import type { DhtNode } from '../dht-node.ts'
import { codeOf } from '../errors.ts'

export interface IntroduceOptions {
  node: DhtNode
  sodium: Sodium
  /** DHT key of the relay. */
  relayKey: Uint8Array
  announcement: Announcement
  ticket: RelayTicket
  /** The relay carries the station from now on; it opens the station's channel on this connection next. */
  onAccepted: (conn: SecretStream) => void
  /** Not reached, refused, or the connection is gone; said once. */
  onEnd: (code: string, detail: string) => void
}

/** From the dial to the relay's answer. */
const TIMEOUT_MS = 15_000

/**
 * Asks a relay that the station names to carry it: shows what the station is, and the ticket that the station signed for
 * this relay. Returns what ends the connection.
 */
export function introduce(options: IntroduceOptions): () => void {
  const { announcement, node, onAccepted, onEnd, relayKey, sodium, ticket } = options
  const conn = node.dht.connect(relayKey, {
    keyPair: HyperDHT.keyPair(),
    createSecretStream: createBoundedStream,
  })
  let end = { code: 'CLOSED', detail: 'the connection ended' }
  const fail = (code: string, detail: string): void => {
    end = { code, detail }
    conn.destroy()
  }
  const timer = setTimeout(() => fail('TIMEOUT', `no answer within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS)
  const onMessage = (message: ControlMessage): void => {
    if (message.type === 'bye') return fail('REFUSED', message.detail || message.reason)
    if (message.type !== 'reserved') return
    clearTimeout(timer)
    onAccepted(conn)
  }
  conn.on('error', (error: Error) => {
    if (end.code === 'CLOSED') end = { code: codeOf(error), detail: error.message }
  })
  conn.once('open', () => {
    const topic = introductionTopic(sodium, relayKey)
    const onViolation = (detail: string): void => fail('PROTOCOL', detail)
    const onClosed = (): void => fail('NO_RELAY', 'the peer is no relay')
    const channel = new ControlChannel(conn, topic, { onMessage, onViolation, onClosed }, Date.now)
    channel.send(announcement, { type: 'ticket', ticket })
  })
  conn.once('close', () => {
    clearTimeout(timer)
    onEnd(end.code, end.detail)
  })
  return () => void conn.destroy()
}
