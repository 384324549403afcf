import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatEndpoint,
  formatIpv4,
  formatIpv6,
  formatPrefix,
  inPrefix,
  parseEndpoint,
  parseIpv4,
  parseIpv6,
  parsePrefix,
} from './address.ts'

describe('addresses', () => {
  test('IPv4 keeps its value through text', () => {
    fc.assert(fc.property(fc.nat(0xffff_ffff), (n) => parseIpv4(formatIpv4(n)) === n))
    expect(parseIpv4('255.255.255.255')).toBe(0xffff_ffff)
  })

  test('IPv6 keeps its value through text', () => {
    const sparse = fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(sparse, (bytes) => {
        expect([...parseIpv6(formatIpv6(Uint8Array.from(bytes)))]).toEqual(bytes)
      }),
    )
  })

  test.each([
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ])('IPv6 %s is written %s (RFC 5952)', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text))).toBe(canonical)
  })

  test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', ' 1.2.3.4', '1.2.3.-4', '1.2..4'])(
    '"%s" is no IPv4 address',
    (text) => expect(() => parseIpv4(text)).toThrow('is not an IPv4 address'),
  )

  test.each(['', '1:2:3', '1::2::3', '12345::', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', 'fe80::1%eth0'])(
    '"%s" is no IPv6 address',
    (text) => expect(() => parseIpv6(text)).toThrow('is not an IPv6 address'),
  )

  test.each(['5.1.0.2:80', '[2a0e:9ea2::1]:65535'])('endpoint %s survives', (text) => {
    expect(formatEndpoint(parseEndpoint(text))).toBe(text)
  })

  test.each(['5.1.0.2', '5.1.0.2:65536', '2a0e::1:80', '5.1.0.2:x'])('"%s" is no endpoint', (text) => {
    expect(() => parseEndpoint(text)).toThrow('is not')
  })

  test('a prefix holds the addresses that share its bits', () => {
    const lan = parsePrefix('192.168.1.0/24')
    expect(formatPrefix(lan)).toBe('192.168.1.0/24')
    expect(inPrefix(parseIpv4('192.168.1.255'), lan)).toBe(true)
    expect(inPrefix(parseIpv4('192.168.2.0'), lan)).toBe(false)
    expect(inPrefix(0xffff_ffff, parsePrefix('0.0.0.0/0'))).toBe(true)
    expect(() => parsePrefix('192.168.1.1/24')).toThrow('not a prefix of 24 bits')
  })
})
