import sodium from 'sodium-universal'
import {
  decodeDatagram,
  decodeFrameBody,
  FrameVerifier,
  parseLink,
  streamContext,
  type Frame,
} from '@pearcast/protocol'
import { ConnectionManager, openDht, parseBootstrap, type PeerLink } from '@pearcast/swarm'

/** A listener on the swarm path that hands on every verified frame, for a test to send it elsewhere. */
export async function hearStation(
  link: string,
  bootstrap: string,
  onFrame: (frame: Frame) => void,
): Promise<{ close(): Promise<void> }> {
  const node = await openDht({ bootstrap: parseBootstrap(bootstrap) })
  const adopt = (peer: PeerLink): void => {
    const { session } = peer
    if (session === undefined) return
    const verifier = new FrameVerifier(sodium, session.sessionKey, streamContext(sodium, session, 0))
    peer.onDatagram = (plaintext) => {
      const datagram = decodeDatagram(plaintext)
      if (datagram.type !== 'frame') return
      const frame = decodeFrameBody(datagram.body.slice(), datagram.hops)
      if (verifier.verify(frame)) onFrame(frame)
    }
    peer.send({ type: 'subscribe', channel: 1, variant: 0, paths: { swarm: true, webrtc: false } })
  }
  const connections = new ConnectionManager({
    node,
    sodium,
    link: parseLink(sodium, link),
    onLink: adopt,
    onEvent: () => undefined,
  })
  connections.start()
  return {
    async close() {
      await connections.stop()
      await node.close()
    },
  }
}
