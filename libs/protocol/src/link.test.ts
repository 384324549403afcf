import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { formatLink, parseLink, ProtocolError } from './index.ts'
import { bytesOf } from './testing/arbitraries.ts'
import { codeOf } from './testing/errors.ts'
import { GROUP_KEY, keyPairOf, STATION } from './testing/fixtures.ts'

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769'
const PUBLIC = formatLink(sodium, { stationKey: STATION.publicKey })
const PRIVATE = formatLink(sodium, { stationKey: STATION.publicKey, groupKey: GROUP_KEY })
const SCHEME_LENGTH = 'pearcast://'.length

const parse = (text: string): unknown => parseLink(sodium, text)

function messageOf(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof ProtocolError) return error.message
    throw error
  }
  return ''
}

describe('station links', () => {
  test('carry any key there and back', () => {
    const link = fc.record(
      { stationKey: bytesOf(32), groupKey: bytesOf(32) },
      { requiredKeys: ['stationKey'] },
    )
    fc.assert(
      fc.property(link, (given) => {
        expect(parseLink(sodium, formatLink(sodium, given))).toEqual(given)
      }),
    )
  })

  test('survive upper case, white space around them and an appended slash', () => {
    const link = { stationKey: STATION.publicKey, groupKey: GROUP_KEY }
    for (const text of [
      `  ${PRIVATE}\r\n`,
      PRIVATE.toUpperCase(),
      `${PRIVATE}/`,
      `\t${PRIVATE.toUpperCase()}/ `,
    ]) {
      expect(parseLink(sodium, text)).toEqual(link)
    }
  })

  test('have every single wrong letter recognised, at every position', () => {
    for (const link of [PUBLIC, PRIVATE]) {
      for (let at = SCHEME_LENGTH; at < link.length; at++) {
        if (link[at] === '.') continue
        for (const letter of ALPHABET) {
          if (letter === link[at]) continue
          expect(codeOf(() => parse(link.slice(0, at) + letter + link.slice(at + 1)))).toBe('LINK_CHECKSUM')
        }
      }
    }
  })

  test('have every single strange character, missing letter, additional letter and swap recognised', () => {
    const edit = fc.tuple(fc.nat(PRIVATE.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
    fc.assert(
      fc.property(edit, fc.constantFrom(PUBLIC, PRIVATE), ([where, character], link) => {
        const at = where % link.length
        const typos = [
          link.slice(0, at) + character + link.slice(at + 1),
          link.slice(0, at) + link.slice(at + 1),
          link.slice(0, at) + character + link.slice(at),
          link.slice(0, at) +
            link
              .slice(at, at + 2)
              .split('')
              .toReversed()
              .join('') +
            link.slice(at + 2),
        ]
        for (const typo of typos) {
          // A typo that only changes case, white space around or the last slash is none.
          if (typo.trim().toLowerCase().replace(/\/$/, '') === link) continue
          expect(codeOf(() => parse(typo))).toMatch(/^LINK_/)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('say in plain words what is wrong', () => {
    const broken = `${PUBLIC.slice(0, 20)}${PUBLIC[20] === 'y' ? 'b' : 'y'}${PUBLIC.slice(21)}`
    expect(messageOf(broken)).toContain('the link has a typo: the checksum does not match')
    expect(messageOf(`${PUBLIC.slice(0, 20)}l${PUBLIC.slice(21)}`)).toContain('"l" at position 21')
    expect(messageOf(PUBLIC.slice(0, -1))).toContain('57 characters instead of 58, so a piece is missing')
    expect(messageOf(`${PUBLIC}y`)).toContain('59 characters instead of 58, so there is something too much')
    expect(messageOf('https://example.org')).toContain('starts with pearcast://')
  })

  test('have codes for programs', () => {
    expect(codeOf(() => parse(''))).toBe('LINK_SCHEME')
    expect(codeOf(() => parse(PUBLIC.replace('pearcast', 'pearcats')))).toBe('LINK_SCHEME')
    expect(codeOf(() => parse('pearcast://'))).toBe('LINK_LENGTH')
    expect(codeOf(() => parse(`${PUBLIC}.`))).toBe('LINK_LENGTH')
    expect(codeOf(() => parse(`${PRIVATE}.${PUBLIC.slice(SCHEME_LENGTH)}`))).toBe('LINK_CHARACTER')
    expect(codeOf(() => parse(PUBLIC.repeat(100)))).toBe('LINK_LENGTH')
  })

  test('notice a key part that was glued to another station', () => {
    const other = formatLink(sodium, { stationKey: keyPairOf(9).publicKey })
    const keyPart = PRIVATE.slice(PUBLIC.length)
    expect(PRIVATE).toBe(PUBLIC + keyPart)
    expect(codeOf(() => parse(other + keyPart))).toBe('LINK_CHECKSUM')
  })

  test('are only made from keys of the right length', () => {
    expect(codeOf(() => formatLink(sodium, { stationKey: new Uint8Array(31) }))).toBe('VALUE_BYTES')
    expect(
      codeOf(() => formatLink(sodium, { stationKey: STATION.publicKey, groupKey: new Uint8Array(33) })),
    ).toBe('VALUE_BYTES')
  })
})
