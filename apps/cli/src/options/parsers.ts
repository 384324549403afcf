import { CliError } from '../errors.ts'

/** What commander calls with an option's text; it throws CliError USAGE, which becomes one plain line. */
export type Parser<T> = (text: string) => T

const YEAR_S = 31_536_000

/** A positive number of seconds, decimals allowed. */
export function seconds(flag: string, maxS: number = YEAR_S): Parser<number> {
  return (text) => {
    const value = decimal(text)
    if (value === undefined || value <= 0 || value > maxS) {
      const upTo = maxS === YEAR_S ? '' : ` up to ${maxS}`
      throw wants(flag, `seconds${upTo}, e.g. 30`, text)
    }
    return value
  }
}

/** A whole number from `min` to `max`. */
export function integer(flag: string, min: number, max: number): Parser<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined
    if (value === undefined || value < min || value > max) {
      throw wants(flag, `a whole number from ${min} to ${max}`, text)
    }
    return value
  }
}

/** A number of dB, decimals and a sign allowed. */
export function decibels(flag: string, min: number, max: number): Parser<number> {
  return (text) => {
    const value = /^[+-]?\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : undefined
    if (value === undefined || value < min || value > max)
      throw wants(flag, `dB from ${min} to ${max}, e.g. 6`, text)
    return value
  }
}

/** The name of a format as ffmpeg knows it; whether it does is seen when it runs. */
export function format(flag: string): Parser<string> {
  return (text) => {
    if (!/^[a-z0-9][a-z0-9_]{0,31}$/i.test(text))
      throw wants(flag, 'a name like s16le, f32le, ogg, mp3 or auto', text)
    return text.toLowerCase()
  }
}

/** One of a few words, which shells complete. */
export function oneOf<T extends string>(
  flag: string,
  words: readonly T[],
): Parser<T> & { readonly words: readonly T[] } {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  const parse: Parser<T> = (text) => {
    const found = words.find((word) => word === text)
    if (found === undefined) throw wants(flag, list, text)
    return found
  }
  return Object.assign(parse, { words })
}

/** libopus makes peaks of more than 1.6 times the mean; beyond this they exceed what one datagram carries. */
const MAX_BITRATE = 192_000
const MIN_BITRATE = 6_000

/** `96`, `96k` and `96000` are the same: kbit/s up to 192, bit/s from 6000. @returns bit/s */
export function bitrate(flag: string): Parser<number> {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(k?)$/i.exec(text)
    const number = Number(match?.[1] ?? Number.NaN)
    const isKilo = match?.[2] !== '' || number < MIN_BITRATE / 10
    const value = Math.round(isKilo ? number * 1000 : number)
    if (!(value >= MIN_BITRATE && value <= MAX_BITRATE)) {
      throw wants(flag, 'kbit/s from 6 to 192, e.g. 96', text)
    }
    return value
  }
}

const BITS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9 }

/** `2mbit`, `2m`, `800kbit` or `2000000`, as on a contract: decimal units. @returns bit/s */
export function lineRate(flag: string): Parser<number> {
  return (text) => {
    const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?(?:([kmg])?(?:bit|b)?(?:\/s|ps)?)$/i.exec(text)
    const unit = BITS[match?.[2]?.toLowerCase() ?? ''] ?? 1
    const value = Math.round(Number(match?.[1] ?? Number.NaN) * unit)
    if (!(value >= 10_000 && value <= 1e12))
      throw wants(flag, 'what your line sends, e.g. 2mbit or 800kbit', text)
    return value
  }
}

const MAX_RELAYS = 12

/** Keys of relays, 64 hex digits each, with commas between them; one that is there twice counts once. */
export function relayKeys(flag: string): Parser<string[]> {
  return (text) => {
    const keys = [...new Set(text.split(',').map((key) => key.trim().toLowerCase()))].filter(
      (key) => key !== '',
    )
    const wrong = keys.find((key) => !/^[0-9a-f]{64}$/.test(key))
    const what = 'the keys that relays print, 64 hex digits each, with commas between'
    if (keys.length === 0 || wrong !== undefined) throw wants(flag, what, wrong ?? text)
    if (keys.length > MAX_RELAYS)
      throw CliError.usage(`${flag} takes ${MAX_RELAYS} relays, not ${keys.length}`)
    return keys
  }
}

/** A name that is also a file name on every platform. */
export function stationName(flag: string): Parser<string> {
  return (text) => {
    if (!/^[\w-][\w.-]{0,63}$/.test(text)) {
      throw wants(flag, '1 to 64 letters, digits, dots, dashes or underscores', text)
    }
    return text
  }
}

const MAX_TITLE_BYTES = 200

/** What listeners see; control characters would reach their terminals. */
export function title(flag: string): Parser<string> {
  return (text) => {
    const clean = text.trim()
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f-\u009f]/.test(clean)) throw wants(flag, 'text without control characters', text)
    if (clean === '' || Buffer.byteLength(clean) > MAX_TITLE_BYTES) {
      throw wants(flag, `a text of 1 to ${MAX_TITLE_BYTES} bytes`, text)
    }
    return clean
  }
}

/** `speakers`, `null`, `-` for stdout, or a file to record to. */
export function output(flag: string): Parser<string> {
  return (text) => {
    if (text === 'speakers' || text === 'null' || text === '-' || /[^/\\]\.(wav|opus)$/i.test(text))
      return text
    throw wants(flag, 'speakers, null, - for stdout, or a file that ends in .wav or .opus', text)
  }
}

function decimal(text: string): number | undefined {
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
}

function wants(flag: string, what: string, got: string): CliError {
  return CliError.usage(`${flag} wants ${what}, not '${printable(got)}'`)
}

/** What a user typed, cut to a line that a terminal can show. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean
}
