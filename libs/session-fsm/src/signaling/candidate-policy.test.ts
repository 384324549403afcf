import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CandidatePolicy,
  createCandidateFilter,
  judgeCandidate,
  MAX_SENT_CANDIDATES,
  parseCandidate,
} from './candidate-policy.ts'
import { addressScope, canonicalAddress } from './ip-address.ts'

const host = (address: string, transport = 'UDP'): string =>
  `candidate:1 1 ${transport} 2122317823 ${address} 50000 typ host`

const stranger: CandidatePolicy = {
  ownPublicAddress: '5.6.7.8',
  remoteAddress: '9.10.11.12',
  bindLoopback: false,
}
const neighbour: CandidatePolicy = { ...stranger, remoteAddress: '5.6.7.8' }
const inHouse: CandidatePolicy = { remoteAddress: '192.168.1.7', bindLoopback: false }
const sameMachine: CandidatePolicy = { remoteAddress: '127.0.0.1', bindLoopback: false }
const loopbackOnly: CandidatePolicy = { remoteAddress: '127.0.0.1', bindLoopback: true }

describe('which candidates a peer may see', () => {
  test.each<[string, string, CandidatePolicy, string]>([
    ['a public IPv4 address, to anybody', '5.6.7.8', stranger, 'send'],
    ['a public IPv6 address, to anybody', '2a02:908::1', stranger, 'send'],
    ['an RFC 1918 address, to a stranger', '192.168.1.2', stranger, 'private'],
    ['an RFC 6598 address, to a stranger', '100.64.0.9', stranger, 'private'],
    ['a unique local address, to a stranger', 'fd12::1', stranger, 'private'],
    ['a link-local address, to a stranger', 'fe80::1', stranger, 'private'],
    ['an IPv4-mapped private address, to a stranger', '::ffff:10.0.0.1', stranger, 'private'],
    ['an RFC 1918 address, behind the same public address', '192.168.1.2', neighbour, 'send'],
    ['a unique local address, behind the same public address', 'fd12::1', neighbour, 'send'],
    ['a private address, to a peer in the house', '10.0.0.3', inHouse, 'send'],
    ['a private address, to this machine', '10.0.0.3', sameMachine, 'send'],
    ['loopback, to a stranger', '127.0.0.1', stranger, 'loopback'],
    ['loopback, to a peer in the house', '::1', inHouse, 'loopback'],
    ['loopback, to this machine', '127.0.0.1', sameMachine, 'send'],
    ['loopback, when bound to it', '127.0.0.1', loopbackOnly, 'send'],
    ['a private address, when bound to loopback', '10.0.0.3', loopbackOnly, 'not-loopback'],
    ['a public address, when bound to loopback', '5.6.7.8', loopbackOnly, 'not-loopback'],
    ['an mDNS name', 'f2e1c0de-0000-4000-8000-000000000000.local', neighbour, 'name'],
    ['a multicast address', '224.0.0.1', neighbour, 'unusable-address'],
    ['the unspecified address', '::', neighbour, 'unusable-address'],
    ['documentation space outside 2000::/3', '100::1', neighbour, 'unusable-address'],
  ])('%s', (_, address, policy, verdict) => {
    expect(judgeCandidate(host(address), policy)).toBe(verdict)
  })

  test('a private address is not shown while our public address is unknown', () => {
    const unknown = { remoteAddress: '5.6.7.8', bindLoopback: false }
    expect(judgeCandidate(host('192.168.1.2'), unknown)).toBe('private')
  })

  test('one public address written in two ways is one', () => {
    const policy = { ownPublicAddress: '::ffff:5.6.7.8', remoteAddress: '5.6.7.8', bindLoopback: false }
    expect(judgeCandidate(host('192.168.1.2'), policy)).toBe('send')
    const six = { ownPublicAddress: '2A02:0908::1', remoteAddress: '2a02:908:0::1', bindLoopback: false }
    expect(judgeCandidate(host('192.168.1.2'), six)).toBe('send')
  })

  test('TCP candidates stay at home', () => {
    expect(judgeCandidate(`${host('5.6.7.8', 'tcp')} tcptype active`, stranger)).toBe('not-udp')
  })

  test('a reflexive candidate must not tell of a private base', () => {
    const srflx = 'candidate:2 1 udp 1686052607 5.6.7.8 50000 typ srflx raddr 192.168.1.2 rport 50000'
    expect(judgeCandidate(srflx, stranger)).toBe('private')
    expect(judgeCandidate(srflx, neighbour)).toBe('send')
    expect(judgeCandidate(srflx.replace('192.168.1.2', '0.0.0.0'), stranger)).toBe('send')
  })

  test(`a negotiation sends ${MAX_SENT_CANDIDATES} candidates at most, dropped ones not counted`, () => {
    const maySend = createCandidateFilter(stranger)
    const verdicts = Array.from({ length: 60 }, (_, index) =>
      maySend(host(index % 2 === 0 ? '192.168.1.2' : '5.6.7.8')),
    )
    expect(verdicts.filter(Boolean)).toHaveLength(MAX_SENT_CANDIDATES)
    expect(verdicts.slice(0, 4)).toEqual([false, true, false, true])
  })
})

describe('a candidate line', () => {
  test('is read as RFC 8839 writes it', () => {
    const line =
      'a=candidate:Aa+/9 1 UDP 1686052607 2001:db8::1 9 typ relay raddr 10.0.0.1 rport 4 generation 0'
    expect(parseCandidate(line)).toEqual({
      transport: 'udp',
      address: '2001:db8::1',
      port: 9,
      type: 'relay',
      relatedAddress: '10.0.0.1',
    })
  })

  test.each([
    '',
    'candidate:1 1 UDP 1 1.2.3.4 50000 typ',
    'candidate:1 1 UDP 1 1.2.3.4 50000 kind host',
    'candidate:1 1 UDP 1 1.2.3.4 65536 typ host',
    'candidate:1 1 UDP 1 1.2.3.4 -1 typ host',
    'candidate:1 999 UDP 1 1.2.3.4 50000 typ host',
    'candidate:1 1 UDP 99999999999 1.2.3.4 50000 typ host',
    'candidate:1 1 SCTP 1 1.2.3.4 50000 typ host',
    'candidate:1 1 UDP 1 1.2.3.4 50000 typ wormhole',
    'candidate:é 1 UDP 1 1.2.3.4 50000 typ host',
    '1 1 UDP 1 1.2.3.4 50000 typ host',
    `${host('1.2.3.4')} ${'x'.repeat(512)}`,
  ])('that is malformed is dropped: %s', (line) => {
    expect(parseCandidate(line)).toBeUndefined()
    expect(judgeCandidate(line, neighbour)).toBe('malformed')
  })

  test('never throws, and nothing but an address is ever sent', () => {
    const word = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.nat().map(String), fc.domain())
    fc.assert(
      fc.property(fc.array(word, { minLength: 4, maxLength: 12 }), ([a, b, c, d, ...rest]) => {
        const line = `candidate:${a} 1 ${b} ${c} ${d} 1 typ host ${rest.join(' ')}`
        const sent = judgeCandidate(line, stranger) === 'send'
        expect(sent && addressScope(d ?? '') !== 'public').toBe(false)
      }),
    )
  })
})

describe('an address', () => {
  test.each([
    ['127.9.9.9', 'loopback'],
    ['172.15.0.1', 'public'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['100.63.0.1', 'public'],
    ['100.127.0.1', 'private'],
    ['100.128.0.1', 'public'],
    ['169.254.1.1', 'private'],
    ['0.0.0.0', 'other'],
    ['255.255.255.255', 'other'],
    ['192.0.0.8', 'other'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['fe80::1%eth0', 'private'],
    ['febf::1', 'private'],
    ['fec0::1', 'other'],
    ['fdff:ffff::', 'private'],
    ['ff02::1', 'other'],
    ['2001:db8:1:2:3:4:5:6', 'public'],
    ['64:ff9b::1.2.3.4', 'other'],
    ['1.2.3', undefined],
    ['1.2.3.4.5', undefined],
    ['01.2.3.4', undefined],
    ['1.2.3.256', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1::2::3', undefined],
    ['1:2:3:4:5:6:7::8', undefined],
    ['12345::', undefined],
    [':', undefined],
    ['', undefined],
    ['localhost', undefined],
    ['1.2.3.4%'.padEnd(100, '0'), undefined],
  ])('%s is %s', (text, scope) => {
    expect(addressScope(text)).toBe(scope)
  })

  test('in any legal form is the same address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        expect(canonicalAddress(text)).toBeDefined()
        expect(canonicalAddress(text.toUpperCase())).toBe(canonicalAddress(text))
      }),
    )
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(canonicalAddress(text)).toBe(text)
        expect(canonicalAddress(`::ffff:${text}`)).toBe(text)
      }),
    )
  })
})
