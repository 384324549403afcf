import { stripVTControlCharacters } from 'node:util'

// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

/** Text from a peer, a file or a driver, safe to print: no control characters, a bounded length. */
export function printable(text: string, maxLength = 300): string {
  const clean = text.replace(UNPRINTABLE, ' ').trim()
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}

/** Columns that the text takes, colours not counted. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

// oxlint-disable-next-line no-control-regex
const TOKENS = /\u001b\[[\d;]*m|[\s\S]/gu

/** Cuts to `width` columns; colours that were switched on are switched off again by what follows the cut. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let left = Math.max(0, width - 1)
  let cut = ''
  let isCut = false
  for (const token of text.match(TOKENS) ?? []) {
    if (token.startsWith('\u001b')) {
      cut += token
    } else if (left > 0) {
      cut += token
      left--
    } else if (!isCut) {
      cut += '…'
      isCut = true
    }
  }
  return cut
}

/** 0:07, 12:31, 3:05:09 */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(seconds)}`
    : `${minutes}:${twoDigits(seconds)}`
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0')
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** `480 kbit/s`, `12.5 Mbit/s`. */
export function rate(bps: number): string {
  const isMega = bps >= 2_000_000
  const value = isMega ? bps / 1e6 : bps / 1e3
  const text = isMega && value < 100 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0)
  return `${text} ${isMega ? 'Mbit/s' : 'kbit/s'}`
}

/** A moment for people, to the minute of the local time: `2026-11-22 18:53`. */
export function localMinute(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
