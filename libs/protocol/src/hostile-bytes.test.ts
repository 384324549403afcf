import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  DatagramOpener,
  DatagramSealer,
  decodeChain,
  decodeControl,
  decodeDatagram,
  decodeEnvelope,
  decodeFrameBody,
  decodeRecord,
  decodeRouted,
  decodeRtpFrame,
  decodeTicket,
  decodeVerifiedHeartbeat,
  encodeChain,
  encodeControl,
  encodeDatagram,
  encodeEnvelope,
  encodeRecord,
  encodeRouted,
  encodeRtp,
  encodeSignedHeartbeat,
  encodeTicket,
  fromHex,
  issueTicket,
  opusDurationSamples,
  parseLink,
  signEnvelope,
  toHex,
} from './index.ts'
import { controlMessage, datagram, hostile } from './testing/arbitraries.ts'
import { orRefused } from './testing/errors.ts'
import { CONTEXT, chainOf, counting, frameOf, keyPairOf, SESSION } from './testing/fixtures.ts'

const frame = frameOf()
const chain = chainOf()
const envelope = signEnvelope(sodium, keyPairOf(5), { to: counting(32), sentMs: 1e12, payload: counting(50) })
const record = encodeRecord({
  version: 1,
  updatedS: 1_795_014_400,
  encoders: [counting(32)],
  relays: [counting(32, 1), counting(32, 2)],
  certificate: chain,
  generation: chain.encoder.generation,
  term: chain.session.term,
})
const ticket = issueTicket(sodium, keyPairOf(2), {
  stationKey: counting(32),
  generation: 1,
  relayKey: counting(32, 9),
  notBeforeS: 1_795_014_400,
  notAfterS: 1_795_014_401,
})
const heartbeat = encodeSignedHeartbeat(sodium, SESSION.secretKey, CONTEXT, {
  headSeq: 1,
  ts48k: 2,
  wallclockUs: 3,
  state: 'muted',
})

/**
 * Whatever arrives, a decoder either refuses it with a ProtocolError or understands it, and what it understands
 * has exactly one encoding. `orRefused` lets every other error through.
 */
const decoders: {
  name: string
  genuine: fc.Arbitrary<Uint8Array>
  again: (bytes: Uint8Array) => Uint8Array
}[] = [
  {
    name: 'control messages',
    genuine: controlMessage.map(encodeControl),
    again: (bytes) => {
      const message = decodeControl(bytes)
      // Unknown kinds are not looked into, and what a later version appends to hello is skipped.
      return message.type === 'unknown' || message.type === 'hello' ? bytes : encodeControl(message)
    },
  },
  {
    name: 'datagrams',
    genuine: datagram.map(encodeDatagram),
    again: (bytes) => encodeDatagram(decodeDatagram(bytes)),
  },
  {
    name: 'certificate chains',
    genuine: fc.constant(encodeChain(chain)),
    again: (b) => encodeChain(decodeChain(b)),
  },
  {
    name: 'envelopes',
    genuine: fc.constant(encodeEnvelope(envelope)),
    again: (bytes) => encodeEnvelope(decodeEnvelope(bytes)),
  },
  {
    name: 'routed payloads',
    genuine: fc.constant(encodeRouted({ kind: 'opened', nonce: counting(32), answer: counting(32, 1) })),
    again: (bytes) => encodeRouted(decodeRouted(bytes)),
  },
  {
    name: 'relay tickets',
    genuine: fc.constant(encodeTicket(ticket)),
    again: (bytes) => encodeTicket(decodeTicket(bytes)),
  },
  {
    name: 'records',
    genuine: fc.constant(record),
    // What a later version appends is skipped.
    again: (bytes) => (encodeRecord(decodeRecord(bytes)).length > bytes.length ? new Uint8Array(0) : bytes),
  },
  { name: 'frames', genuine: fc.constant(frame.body), again: (bytes) => decodeFrameBody(bytes, 0).body },
  {
    name: 'RTP packets',
    genuine: fc.constant(encodeRtp(frame, { ssrc: 1 })),
    again: (bytes) => {
      const got = decodeRtpFrame(bytes)
      expect(decodeRtpFrame(encodeRtp(got, { ssrc: 1 }))).toEqual(got)
      return bytes
    },
  },
  {
    name: 'source heartbeats',
    genuine: fc.constant(heartbeat),
    again: (bytes) => {
      decodeVerifiedHeartbeat(sodium, SESSION.publicKey, CONTEXT, bytes)
      return heartbeat
    },
  },
  {
    name: 'Opus packets',
    genuine: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    again: (bytes) => {
      const samples = opusDurationSamples(bytes)
      expect(samples % 120).toBe(0)
      expect(samples >= 120 && samples <= 5760).toBe(true)
      return bytes
    },
  },
]

describe('hostile bytes', () => {
  test.each(decoders)('$name are refused or understood, never worse', ({ genuine, again }) => {
    fc.assert(
      fc.property(hostile(genuine), (bytes) => {
        const before = bytes.slice()
        const encoded = orRefused(() => again(bytes))
        expect(encoded ?? before).toEqual(before)
        expect(bytes).toEqual(before)
      }),
      { numRuns: 1000 },
    )
  })

  test.each(decoders.filter(({ name }) => name !== 'Opus packets'))(
    'genuine $name are understood',
    (decoder) => {
      fc.assert(
        fc.property(decoder.genuine, (bytes) => {
          expect(decoder.again(bytes)).toEqual(bytes)
        }),
      )
    },
  )

  test('a sealed datagram that was touched in any way is not opened', () => {
    const genuine = new DatagramSealer(sodium, counting(32)).seal(counting(100))
    fc.assert(
      fc.property(hostile(fc.constant(genuine)), (bytes) => {
        const opened = new DatagramOpener(sodium, counting(32)).open(bytes)
        expect(opened !== undefined).toBe(Buffer.compare(bytes, genuine) === 0)
      }),
      { numRuns: 500 },
    )
  })

  test('text that is no link and no hexadecimal is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }).map((s) => `pearcast://${s}`),
        ),
        (text) => {
          expect(orRefused(() => parseLink(sodium, text))).toBeUndefined()
          const isHex = text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text)
          expect(orRefused(() => toHex(fromHex(text)))).toBe(isHex ? text.toLowerCase() : undefined)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
