import sodium from 'sodium-universal'
import { expect, test } from 'vitest'
import * as p from './index.ts'

test('everything together', () => {
  const seed = (n: number) => new Uint8Array(32).fill(n)
  const st = p.keyPairFromSeed(sodium, seed(1)),
    en = p.keyPairFromSeed(sodium, seed(2)),
    se = p.keyPairFromSeed(sodium, seed(3))
  const link = p.formatLink(sodium, { stationKey: st.publicKey, groupKey: seed(9) })
  expect(p.parseLink(sodium, '  ' + link.toUpperCase() + '/\n')).toEqual({
    stationKey: st.publicKey,
    groupKey: seed(9),
  })
  const encoder = p.issueEncoderCertificate(sodium, st, {
    encoderKey: en.publicKey,
    generation: 1,
    notBeforeS: 1000,
    notAfterS: 2000,
  })
  const session = p.issueSessionCertificate(sodium, en, {
    stationKey: st.publicKey,
    generation: 1,
    sessionKey: se.publicKey,
    term: 1_790_000_000,
    notBeforeS: 1000,
    notAfterS: 2000,
  })
  const chain = p.decodeChain(p.encodeChain({ encoder, session }))
  const v = p.verifyChain(sodium, chain, { stationKey: st.publicKey, nowS: 1500 })
  const ctx = p.streamContext(sodium, v, 0)
  const signer = new p.FrameSigner(sodium, se.secretKey, ctx),
    ver = new p.FrameVerifier(sodium, v.sessionKey, ctx)
  const f = signer.sign({
    seq: 2 ** 48 - 1,
    ts48k: 2 ** 40 + 3,
    captureUs: 1_790_000_000_123_456,
    payload: new Uint8Array(240).fill(0xfc),
  })
  expect(p.decodeFrameBody(f.body, 0)).toEqual(f)
  const rtp = p.encodeRtp(f, { ssrc: 0xffffffff })
  expect(p.decodeRtpFrame(rtp)).toEqual(f)
  expect(ver.verify(p.decodeRtpFrame(rtp))).toBe(true)
  const out = new Uint8Array(1128)
  const n = p.encodeFrameDatagramInto(out, 300, f)
  const sealer = new p.DatagramSealer(sodium, seed(7)),
    opener = new p.DatagramOpener(sodium, seed(7))
  const s = sealer.seal(out.subarray(0, n))
  const d = p.decodeDatagram(opener.open(s)!)
  expect(d).toMatchObject({ type: 'frame', channel: 300, hops: 0, body: f.body })
  expect(opener.open(s)).toBeUndefined()
  const m: p.ControlMessage = {
    type: 'accepted',
    channel: 1,
    headSeq: 5,
    frameSamples: 960,
    channels: 2,
    bitrate: 96000,
    title: 'Grüße 🎵',
  }
  expect(p.decodeControl(p.encodeControl(m))).toEqual(m)
  const rec = {
    version: 1,
    encoders: [seed(1)],
    relays: [seed(2)],
    certificate: chain,
    generation: 1,
    term: 1_790_000_000,
    updatedS: 5,
  }
  expect(p.decodeRecord(p.encodeRecord(rec))).toEqual(rec)
})
