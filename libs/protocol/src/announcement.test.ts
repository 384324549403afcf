import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  decodeControl,
  encodeControl,
  signAnnouncement,
  type StationAbout,
  verifyAnnouncement,
} from './index.ts'
import { codeOf } from './testing/errors.ts'
import { chainOf, GENERATION, keyPairOf, NOW_S, SESSION, STATION, TERM } from './testing/fixtures.ts'

const ABOUT: StationAbout = {
  serial: 3,
  frameSamples: 960,
  channels: 2,
  bitrate: 96_000,
  title: 'Night\nshift',
  description: '',
  nowPlaying: 'a record',
}
const EXPECTED = { stationKey: STATION.publicKey, nowS: NOW_S }

function announced(about: StationAbout = ABOUT): ReturnType<typeof signAnnouncement> {
  return signAnnouncement(sodium, { chain: chainOf(), sessionSecretKey: SESSION.secretKey }, about)
}

/** As it arrives at somebody to whom a relay passed it on. */
function received(message: ReturnType<typeof signAnnouncement>): ReturnType<typeof signAnnouncement> {
  const decoded = decodeControl(encodeControl(message))
  if (decoded.type !== 'announcement') throw new Error(`decoded as ${decoded.type}`)
  return decoded
}

describe('an announcement', () => {
  test('lets a listener verify the run, whoever passed it on', () => {
    const session = verifyAnnouncement(sodium, received(announced()), EXPECTED)
    expect(session).toMatchObject({ generation: GENERATION, term: TERM, sessionKey: SESSION.publicKey })
  })

  test('cannot be changed on the way', () => {
    const genuine = received(announced())
    for (const change of [{ title: 'Day shift' }, { nowPlaying: '' }, { bitrate: 1 }, { serial: 4 }]) {
      const forged = { ...genuine, about: { ...genuine.about, ...change } }
      expect(codeOf(() => verifyAnnouncement(sodium, forged, EXPECTED))).toBe('ANNOUNCEMENT_SIGNATURE')
    }
  })

  test('belongs to one run of one station', () => {
    const genuine = received(announced())
    const otherRun = { ...genuine, chain: chainOf({ term: TERM + 1 }) }
    expect(codeOf(() => verifyAnnouncement(sodium, otherRun, EXPECTED))).toBe('ANNOUNCEMENT_SIGNATURE')
    const stationKey = keyPairOf(9).publicKey
    expect(codeOf(() => verifyAnnouncement(sodium, genuine, { ...EXPECTED, stationKey }))).toBe(
      'CERT_STATION',
    )
  })
})
