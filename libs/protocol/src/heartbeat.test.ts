import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  decodeVerifiedHeartbeat,
  encodeSignedHeartbeat,
  SOURCE_HEARTBEAT_BYTES,
  type SourceHeartbeat,
  type SourceState,
  streamContext,
} from './index.ts'
import { sign } from './keys.ts'
import { codeOf } from './testing/errors.ts'
import { CONTEXT, GENERATION, keyPairOf, SESSION, STATION, TERM } from './testing/fixtures.ts'

const HEARTBEAT: SourceHeartbeat = {
  headSeq: 70_000,
  ts48k: 67_200_000,
  wallclockUs: 1_795_014_400_123_456,
  state: 'muted',
}

const encode = (heartbeat: SourceHeartbeat): Uint8Array =>
  encodeSignedHeartbeat(sodium, SESSION.secretKey, CONTEXT, heartbeat)
const decode = (bytes: Uint8Array): SourceHeartbeat =>
  decodeVerifiedHeartbeat(sodium, SESSION.publicKey, CONTEXT, bytes)

/** Other fields under a good signature, as only a later version of the station would send them. */
function resign(fields: Uint8Array): Uint8Array {
  const prefix = Buffer.from('pearcast/1 source heartbeat\0')
  return Buffer.concat([fields, sign(sodium, Buffer.concat([prefix, CONTEXT, fields]), SESSION.secretKey)])
}

describe('a source heartbeat', () => {
  test.each<SourceState>(['live', 'muted', 'stalled', 'ended'])('says that the source is %s', (state) => {
    const bytes = encode({ ...HEARTBEAT, state })
    expect(bytes.length).toBe(SOURCE_HEARTBEAT_BYTES)
    expect(decode(bytes)).toEqual({ ...HEARTBEAT, state })
  })

  test('is refused after a change of any byte, and of another stream', () => {
    const bytes = encode(HEARTBEAT)
    for (let at = 0; at < bytes.length; at++) {
      expect(codeOf(() => decode(bytes.with(at, (bytes[at] ?? 0) ^ 1)))).toBe('HEARTBEAT_SIGNATURE')
    }
    const session = { stationKey: STATION.publicKey, generation: GENERATION, term: TERM }
    const other = streamContext(sodium, session, 1)
    expect(codeOf(() => decodeVerifiedHeartbeat(sodium, SESSION.publicKey, other, bytes))).toBe(
      'HEARTBEAT_SIGNATURE',
    )
    expect(codeOf(() => decodeVerifiedHeartbeat(sodium, keyPairOf(9).publicKey, CONTEXT, bytes))).toBe(
      'HEARTBEAT_SIGNATURE',
    )
  })

  test('is refused when it is signed but says what this version does not know', () => {
    const fields = encode(HEARTBEAT).slice(0, 21)
    expect(decode(resign(fields))).toEqual(HEARTBEAT)
    expect(codeOf(() => decode(resign(fields.with(20, 4))))).toBe('HEARTBEAT_VALUE')
    expect(codeOf(() => decode(resign(fields.with(12, 0x20))))).toBe('HEARTBEAT_VALUE')
  })

  test('has exactly 85 bytes', () => {
    expect(codeOf(() => decode(encode(HEARTBEAT).subarray(1)))).toBe('HEARTBEAT_LENGTH')
    expect(codeOf(() => decode(Uint8Array.of(...encode(HEARTBEAT), 0)))).toBe('HEARTBEAT_LENGTH')
  })

  test('is not made from values that do not fit', () => {
    for (const wrong of [
      { headSeq: -1 },
      { ts48k: 2 ** 48 },
      { wallclockUs: 1.5 },
      { wallclockUs: 2 ** 53 },
    ]) {
      expect(codeOf(() => encode({ ...HEARTBEAT, ...wrong }))).toBe('VALUE_RANGE')
    }
  })
})
