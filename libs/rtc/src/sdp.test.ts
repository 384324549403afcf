import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RtcError } from './errors.ts'
import { RTC_LIMITS } from './peer-transport.ts'
import { formatSdp, parseSdpSafely } from './sdp.ts'
import { BROWSER_OFFER, mutate, OFFER, seededRandom } from './testing/sdp.ts'

const FINGERPRINT =
  'sha-256 BE:DD:16:79:F3:B8:26:C2:F4:73:A9:C6:23:3C:4E:71:50:FB:6A:C0:2A:DF:08:7A:D2:8A:31:F9:8D:B0:9C:BE'

const WITH_CHANNELS = `${OFFER}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=sctp-port:5000\r\n`

describe('a description', () => {
  test('of this stack is understood', () => {
    expect(parseSdpSafely(OFFER)).toEqual({
      mid: '0',
      direction: 'sendonly',
      setup: 'actpass',
      iceUfrag: 'Pe4b',
      icePwd: 'dhAPvW27dsmyeNFnjBFAZ2',
      fingerprint: FINGERPRINT,
      payloadType: 111,
      nack: false,
      ssrc: 1234,
      candidates: [],
      endOfCandidates: false,
    })
  })

  test('may have data channels beside the audio', () => {
    expect(parseSdpSafely(WITH_CHANNELS)).toEqual({
      ...parseSdpSafely(OFFER),
      channels: { mid: '1', sctpPort: 5000 },
    })
  })

  test('of a browser is understood', () => {
    const parsed = parseSdpSafely(BROWSER_OFFER)
    expect(parsed).toMatchObject({
      mid: 'audio',
      direction: 'sendrecv',
      fingerprint: FINGERPRINT,
      payloadType: 111,
      nack: true,
      ssrc: 2724041375,
    })
    expect(parsed.candidates.map(({ address }) => address)).toEqual([
      '5d1c7a5e-5b7b-4a53-9a54-3d1f0c9b8e7a.local',
      '203.0.113.7',
    ])
  })

  test('survives writing and reading', () => {
    for (const sdp of [OFFER, BROWSER_OFFER, WITH_CHANNELS, `${OFFER}a=end-of-candidates\r\n`]) {
      const parsed = parseSdpSafely(sdp)
      expect(parseSdpSafely(formatSdp(parsed))).toEqual(parsed)
    }
  })

  test('with bare line feeds is understood', () => {
    expect(parseSdpSafely(OFFER.replaceAll('\r\n', '\n'))).toEqual(parseSdpSafely(OFFER))
  })

  test('is read media level first', () => {
    const both = OFFER.replace(
      'a=mid:0',
      'a=mid:0\r\na=fingerprint:sha-512 ' + Array(64).fill('00').join(':'),
    )
    expect(parseSdpSafely(both).fingerprint).toMatch(/^sha-512 00:/)
  })
})

const drop = (start: string): string => OFFER.replace(new RegExp(`^${start}.*\r\n`, 'm'), '')

describe('refused is', () => {
  test.each([
    ['what is empty', '', 'SDP_LINE'],
    ['what is no SDP', 'hello', 'SDP_LINE'],
    ['a line without a type', OFFER.replace('s=-', 'anything'), 'SDP_LINE'],
    ['a carriage return inside a line', OFFER.replace('s=-', 's=\ra=x'), 'SDP_LINE'],
    ['a control character', OFFER.replace('cname:pearcast', 'cname:\u0000'), 'SDP_CHARACTER'],
    ['a character outside ASCII', OFFER.replace('s=-', 's=Ä'), 'SDP_CHARACTER'],
    ['more than the bound', OFFER + 'a=x\r\n'.repeat(4000), 'SDP_TOO_LONG'],
    ['too many lines', OFFER + 'a=x\r\n'.repeat(RTC_LIMITS.maxSdpLines), 'SDP_LINE'],
    ['no media', OFFER.slice(0, OFFER.indexOf('m=audio')), 'SDP_MEDIA'],
    ['video', OFFER.replace('m=audio', 'm=video'), 'SDP_MEDIA'],
    ['a data channel without a media id', WITH_CHANNELS.replace('a=mid:1', 'a=x'), 'SDP_LINE'],
    [
      'a data channel with the media id of the audio',
      WITH_CHANNELS.replace('a=mid:1', 'a=mid:0'),
      'SDP_LINE',
    ],
    ['a data channel on no SCTP port', WITH_CHANNELS.replace('a=sctp-port:5000', 'a=x'), 'SDP_LINE'],
    [
      'a data channel that is switched off',
      WITH_CHANNELS.replace('application 9', 'application 0'),
      'SDP_MEDIA',
    ],
    ['a data channel in front of the audio', WITH_CHANNELS.replace('m=audio 9', 'm=text 9'), 'SDP_MEDIA'],
    [
      'a third media line',
      `${WITH_CHANNELS}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`,
      'SDP_MEDIA',
    ],
    ['a second audio', `${OFFER}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`, 'SDP_MEDIA'],
    ['rejected audio', OFFER.replace('m=audio 9', 'm=audio 0'), 'SDP_MEDIA'],
    ['unencrypted RTP', OFFER.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'), 'SDP_MEDIA'],
    ['inactive audio', OFFER.replace('a=sendonly', 'a=inactive'), 'SDP_DIRECTION'],
    ['another codec', OFFER.replace('opus/48000/2', 'PCMU/8000'), 'SDP_CODEC'],
    ['Opus under a payload type it does not offer', OFFER.replace('rtpmap:111', 'rtpmap:112'), 'SDP_CODEC'],
    ['Opus where RTCP would be read', OFFER.replaceAll('111', '72'), 'SDP_CODEC'],
    ['no DTLS role', drop('a=setup'), 'SDP_SETUP'],
    ['no fingerprint', drop('a=fingerprint'), 'SDP_FINGERPRINT'],
    ['a short fingerprint', OFFER.replace(':9C:BE', ''), 'SDP_FINGERPRINT'],
    [
      'a fingerprint by SHA-1',
      OFFER.replace(FINGERPRINT, 'sha-1 ' + Array(20).fill('00').join(':')),
      'SDP_FINGERPRINT',
    ],
    ['no ICE user fragment', drop('a=ice-ufrag'), 'SDP_ICE'],
    ['a short ICE password', OFFER.replace('dhAPvW27dsmyeNFnjBFAZ2', 'short'), 'SDP_ICE'],
    ['no media id', drop('a=mid'), 'SDP_LINE'],
    ['a media id with odd characters', OFFER.replace('a=mid:0', 'a=mid:<0>'), 'SDP_LINE'],
    ['a malformed candidate', `${OFFER}a=candidate:1\r\n`, 'CANDIDATE_SYNTAX'],
    [
      'too many candidates',
      OFFER + 'a=candidate:1 1 UDP 1 192.0.2.2 1 typ host\r\n'.repeat(RTC_LIMITS.maxCandidates + 1),
      'CANDIDATE_LIMIT',
    ],
  ])('%s', (_, sdp, code) => {
    expect(() => parseSdpSafely(sdp)).toThrow(expect.objectContaining({ name: 'RtcError', code }))
  })

  test('anything else without a crash, and what passes is written as it was read', () => {
    const originals = fc.constantFrom(OFFER, BROWSER_OFFER)
    const property = fc.property(fc.integer(), originals, fc.string(), (seed, sdp, tail) => {
      try {
        const parsed = parseSdpSafely(mutate(sdp, seededRandom(seed)) + tail)
        const written = formatSdp(parsed)
        return isDeepStrictEqual(parseSdpSafely(written), parsed) && /^[\x20-\x7e\r\n]+$/.test(written)
      } catch (error) {
        return error instanceof RtcError
      }
    })
    expect(() => fc.assert(property, { numRuns: 1000 })).not.toThrow()
  })
})
