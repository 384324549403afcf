import { describe, expect, test } from 'vitest'
import {
  bitrate,
  decibels,
  format,
  integer,
  lineRate,
  oneOf,
  output,
  relayKeys,
  seconds,
  stationName,
  title,
} from './parsers.ts'

describe('what an option accepts', () => {
  test('seconds are whole or decimal', () => {
    expect(seconds('--duration')('30')).toBe(30)
    expect(seconds('--duration')('2.5')).toBe(2.5)
  })

  test('whole numbers stay within their bounds', () => {
    expect(integer('--nodes', 4, 256)('4')).toBe(4)
    expect(integer('--nodes', 4, 256)('256')).toBe(256)
  })

  test('a bitrate in kbit/s and in bit/s is the same bitrate', () => {
    const parse = bitrate('--bitrate')
    expect([parse('96'), parse('96k'), parse('96K'), parse('96000')]).toEqual([
      96_000, 96_000, 96_000, 96_000,
    ])
    expect([parse('6'), parse('192'), parse('6000'), parse('192000')]).toEqual([
      6_000, 192_000, 6_000, 192_000,
    ])
  })

  test('the rate of a line is written as on a contract', () => {
    const rates = ['2mbit', '2m', '2 Mbit/s', '2000kbps', '2000000', '0.002gbit', '2000000bit'].map(
      lineRate('--uplink'),
    )
    expect(new Set(rates)).toEqual(new Set([2_000_000]))
  })

  test('an output is a device, nothing, or a file to record to', () => {
    const outputs = ['speakers', 'null', '-', 'a.wav', 'some/where/B.OPUS']
    expect(outputs.map(output('--output'))).toEqual(outputs)
  })

  test('a gain has a sign or none', () => {
    expect(['6', '+6', '-3.5', '0'].map(decibels('--gain', -60, 40))).toEqual([6, 6, -3.5, 0])
  })

  test('a format is a plain name', () => {
    expect(['s16le', 'OGG', 'auto'].map(format('--format'))).toEqual(['s16le', 'ogg', 'auto'])
  })

  test('keys of relays are separated by commas, and count once', () => {
    const [a, b] = ['ab'.repeat(32), '0f'.repeat(32)]
    expect(relayKeys('--via')(`${a}, ${b?.toUpperCase()},${a},`)).toEqual([a, b])
  })

  test('a title is trimmed', () => {
    expect(title('--title')(' Evening show ')).toBe('Evening show')
  })
})

describe('what an option refuses, in plain words', () => {
  const refusals: [parse: (text: string) => unknown, text: string, message: string][] = [
    [seconds('--duration'), 'abc', "--duration wants seconds, e.g. 30, not 'abc'"],
    [seconds('--duration'), '0', "--duration wants seconds, e.g. 30, not '0'"],
    [seconds('--duration'), '-3', "--duration wants seconds, e.g. 30, not '-3'"],
    [seconds('--duration'), '1e3', "--duration wants seconds, e.g. 30, not '1e3'"],
    [seconds('--duration', 600), '601', "--duration wants seconds up to 600, e.g. 30, not '601'"],
    [integer('--nodes', 4, 256), '3', "--nodes wants a whole number from 4 to 256, not '3'"],
    [integer('--nodes', 4, 256), '4.5', "--nodes wants a whole number from 4 to 256, not '4.5'"],
    [decibels('--gain', -60, 40), '41', "--gain wants dB from -60 to 40, e.g. 6, not '41'"],
    [decibels('--gain', -60, 40), '6dB', "--gain wants dB from -60 to 40, e.g. 6, not '6dB'"],
    [format('--format'), '-i', "--format wants a name like s16le, f32le, ogg, mp3 or auto, not '-i'"],
    [oneOf('--path', ['auto', 'swarm', 'webrtc']), 'tcp', "--path wants auto, swarm or webrtc, not 'tcp'"],
    [bitrate('--bitrate'), '5', "--bitrate wants kbit/s from 6 to 192, e.g. 96, not '5'"],
    [bitrate('--bitrate'), '193', "--bitrate wants kbit/s from 6 to 192, e.g. 96, not '193'"],
    [bitrate('--bitrate'), 'fast', "--bitrate wants kbit/s from 6 to 192, e.g. 96, not 'fast'"],
    [lineRate('--uplink'), '2', "--uplink wants what your line sends, e.g. 2mbit or 800kbit, not '2'"],
    [lineRate('--uplink'), 'fast', "--uplink wants what your line sends, e.g. 2mbit or 800kbit, not 'fast'"],
    [
      relayKeys('--via'),
      'abcd',
      "--via wants the keys that relays print, 64 hex digits each, with commas between, not 'abcd'",
    ],
    [
      relayKeys('--via'),
      ',',
      "--via wants the keys that relays print, 64 hex digits each, with commas between, not ','",
    ],
    [
      relayKeys('--via'),
      Array.from({ length: 13 }, (_, n) => n.toString(16).padStart(64, '0')).join(),
      '--via takes 12 relays, not 13',
    ],
    [
      output('--output'),
      'a.mp3',
      "--output wants speakers, null, - for stdout, or a file that ends in .wav or .opus, not 'a.mp3'",
    ],
    [
      output('--output'),
      '.wav',
      "--output wants speakers, null, - for stdout, or a file that ends in .wav or .opus, not '.wav'",
    ],
    [
      stationName('--station'),
      '../me',
      "--station wants 1 to 64 letters, digits, dots, dashes or underscores, not '../me'",
    ],
    [title('--title'), 'a\u001b[2Jb', "--title wants text without control characters, not 'a [2Jb'"],
    [title('--title'), ' ', "--title wants a text of 1 to 200 bytes, not ' '"],
  ]

  test.each(refusals)('%# %s', (parse, text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  test('a very long text is cut in the message', () => {
    expect(() => seconds('--duration')('9'.repeat(5_000))).toThrow(/^.{50,120}$/)
  })
})
