import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Address,
  formatAddress,
  ipv4Bytes,
  isLanHost,
  isLoopbackHost,
  parseBootstrap,
} from './address.ts'
import { SwarmError } from './errors.ts'

describe('bootstrap addresses', () => {
  test('are read with names, blanks and a trailing comma', () => {
    expect(parseBootstrap(' 127.0.0.1:49737, node1.example.org:1 ,')).toEqual([
      { host: '127.0.0.1', port: 49737 },
      { host: 'node1.example.org', port: 1 },
    ])
  })

  test.each([
    ['', 'it is empty'],
    [' , ', 'it is empty'],
    ['example.org', 'the port is missing'],
    ['example.org:', 'the port is not a number'],
    ['example.org:0', 'the port is not a number'],
    ['example.org:65536', 'the port is not a number'],
    ['example.org:80x', 'the port is not a number'],
    ['256.0.0.1:80', 'the IPv4 address is malformed'],
    ['1.2.3:80', 'the IPv4 address is malformed'],
    ['01.2.3.4:80', 'the IPv4 address is malformed'],
    ['[::1]:80', 'no IPv6'],
    ['::1:80', 'no IPv6'],
    ['-a.org:80', 'not an IPv4 address or a name'],
    [':80', 'not an IPv4 address or a name'],
    ['a b:80', 'not an IPv4 address or a name'],
  ])('%j is refused: %s', (text, problem) => {
    expect(() => parseBootstrap(text)).toThrow(problem)
  })

  test('are bounded in number', () => {
    expect(() => parseBootstrap('a.org:1,'.repeat(65))).toThrow('more than 64')
  })

  test('any text is read or refused with a code, and what was read reads the same again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.:,[\] -]{0,60}$/)), (text) => {
        const read = readOrRefuse(text)
        expect(read && readOrRefuse(read.map(formatAddress).join(','))).toEqual(read)
      }),
    )
  })
})

/** The addresses, or undefined when they are refused in the way that is promised. */
function readOrRefuse(text: string): Address[] | undefined {
  try {
    return parseBootstrap(text)
  } catch (error) {
    if (error instanceof SwarmError && error.code === 'BOOTSTRAP_INVALID') return undefined
    throw error
  }
}

describe('kinds of hosts', () => {
  test.each(['127.0.0.1', '127.9.9.9', 'localhost'])('%s is loopback, and so on the LAN', (host) => {
    expect([isLoopbackHost(host), isLanHost(host)]).toEqual([true, true])
  })

  test.each(['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.7.7'])(
    '%s is on the LAN',
    (host) => {
      expect([isLoopbackHost(host), isLanHost(host)]).toEqual([false, true])
    },
  )

  test.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.169.1.1', '100.64.0.1', '11.0.0.1', 'example.org'])(
    '%s is elsewhere',
    (host) => {
      expect([isLoopbackHost(host), isLanHost(host)]).toEqual([false, false])
    },
  )

  test('every dotted quad has its four bytes', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
        expect(ipv4Bytes(bytes.join('.'))).toEqual(bytes)
      }),
    )
  })
})
