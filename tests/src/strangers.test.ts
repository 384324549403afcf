import { randomBytes } from 'node:crypto'
import sodium from 'sodium-universal'
import {
  issueEncoderCertificate,
  issueSessionCertificate,
  keyPairFromSeed,
  parseLink,
  type CertificateChain,
} from '@pearcast/protocol'
import { openDht, parseBootstrap, StationAnnouncer } from '@pearcast/swarm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Lab } from './testing/pearcast.ts'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

/** Certificates that are right in everything but whose they are. */
function foreignChain(): { chain: CertificateChain; sessionSecretKey: Uint8Array } {
  const [station, encoder, session] = [1, 2, 3].map(() => keyPairFromSeed(sodium, randomBytes(32)))
  if (station === undefined || encoder === undefined || session === undefined) throw new Error('three keys')
  const nowS = Math.floor(Date.now() / 1000)
  const validity = { notBeforeS: nowS - 60, notAfterS: nowS + 3600 }
  const own = { generation: 1, encoderKey: encoder.publicKey, ...validity }
  const run = {
    stationKey: station.publicKey,
    generation: 1,
    term: nowS,
    sessionKey: session.publicKey,
    ...validity,
  }
  const chain = {
    encoder: issueEncoderCertificate(sodium, station, own),
    session: issueSessionCertificate(sodium, encoder, run),
  }
  return { chain, sessionSecretKey: session.secretKey }
}

test('who announces as the station without its key is told of, ignored, and does not keep the station away', async () => {
  const { broadcaster, link } = await lab.broadcast('tone')
  await broadcaster.stop()
  const node = await openDht({ bootstrap: parseBootstrap(lab.bootstrap) })
  await node.ready()
  const stranger = new StationAnnouncer({
    node,
    sodium,
    station: { publicKey: parseLink(sodium, link).stationKey },
    ...foreignChain(),
    onLink: () => undefined,
  })
  try {
    await stranger.start()
    const listener = lab.listen(link, '--output', 'null')
    const error = await listener.until('error')
    expect(error['code']).toBe('IMPOSTOR')
    expect(error['message']).toMatch(/without its key/)
    expect(listener.of('first-audio')).toEqual([])
    await lab.broadcast('tone')
    await listener.until('first-audio')
    expect(stranger.links.size).toBe(0)
  } finally {
    await stranger.stop()
    await node.close()
  }
})
