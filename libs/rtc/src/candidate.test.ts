import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, formatCandidate, isUsable, parseCandidate } from './candidate.ts'
import { RtcError } from './errors.ts'

const host = (address: string, port = 4000): Candidate =>
  parseCandidate(`candidate:1 1 UDP 2114977791 ${address} ${port} typ host`)

describe('parsing', () => {
  test('takes what libdatachannel and browsers write', () => {
    expect(parseCandidate('candidate:1 1 UDP 2114977791 192.0.2.2 39167 typ host')).toEqual({
      foundation: '1',
      component: 1,
      transport: 'udp',
      priority: 2114977791,
      address: '192.0.2.2',
      port: 39167,
      type: 'host',
    })
    for (const text of [
      'a=candidate:2 1 UDP 2116026111 fd00::2 39167 typ host',
      'candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag Xk2m network-cost 999',
      'candidate:0 1 UDP 2122252543 8e9a1b5c-6d5f-4b37-a1e3-8d7c5f4f1d2a.local 54400 typ host',
      'candidate:3 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active',
    ]) {
      expect(() => parseCandidate(text)).not.toThrow()
    }
  })

  test.each([
    ['', 'CANDIDATE_SYNTAX'],
    ['candidate:', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 1 192.0.2.2 1 typ', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 1 192.0.2.2 65536 typ host', 'CANDIDATE_SYNTAX'],
    ['candidate:1 0 UDP 1 192.0.2.2 1 typ host', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 4294967296 192.0.2.2 1 typ host', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 SCTP 1 192.0.2.2 1 typ host', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 1 192.0.2.2 1 typ guest', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 1 192.0.2.2 1 typ host\r\na=ice-lite', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 1 192.0.2.2 1 typ host \u0000', 'CANDIDATE_SYNTAX'],
    ['candidate:1 1 UDP 1 $(id) 1 typ host', 'CANDIDATE_SYNTAX'],
    [`candidate:1 1 UDP 1 192.0.2.2 1 typ host ${'x'.repeat(500)}`, 'CANDIDATE_TOO_LONG'],
  ])('refuses %j', (text, code) => {
    expect(() => parseCandidate(text)).toThrow(expect.objectContaining({ name: 'RtcError', code }))
  })

  test('throws nothing but its own error, whatever the text', () => {
    const nearly = fc
      .tuple(fc.constant('candidate:1 1 UDP 2114977791 192.0.2.2 39167 typ host'), fc.nat(60), fc.string())
      .map(([text, at, insert]) => text.slice(0, at) + insert + text.slice(at + insert.length))
    const property = fc.property(fc.oneof(fc.string({ maxLength: 600 }), nearly), (text) => {
      try {
        const candidate = parseCandidate(text)
        return isDeepStrictEqual(parseCandidate(formatCandidate(candidate)), candidate)
      } catch (error) {
        return error instanceof RtcError
      }
    })
    expect(() => fc.assert(property)).not.toThrow()
  })
})

describe('connectivity checks', () => {
  test.each(['192.0.2.2', '10.0.0.7', '203.0.113.9', 'fd00::2', '2001:db8::7'])('may go to %s', (address) => {
    expect(isUsable(host(address), false)).toBe(true)
    expect(isUsable(host(address), true)).toBe(false) // a loopback socket does not get there
  })

  test.each(['127.0.0.1', '127.8.8.8', '::1'])('go to %s only from a loopback address', (address) => {
    expect(isUsable(host(address), false)).toBe(false)
    expect(isUsable(host(address), true)).toBe(true)
  })

  test.each([
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.251',
    '::',
    'ff02::fb',
    'fe80::1',
    '::ffff:192.0.2.2',
    '::ffff:127.0.0.1',
    'printer.local',
    'example.com',
    '1.2.3',
    '0x7f000001',
  ])('never go to %s', (address) => {
    expect(isUsable(host(address), false)).toBe(false)
    expect(isUsable(host(address), true)).toBe(false)
  })

  test('never go to port 0, over TCP, or to a second component', () => {
    expect(isUsable(host('192.0.2.2', 0), false)).toBe(false)
    expect(isUsable({ ...host('192.0.2.2'), transport: 'tcp' }, false)).toBe(false)
    expect(isUsable({ ...host('192.0.2.2'), component: 2 }, false)).toBe(false)
  })
})
