import { SwarmError } from './errors.ts'

/** An IPv4 address, or a name where a name is said to be allowed, and a UDP port. */
export interface Address {
  host: string
  port: number
}

const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i
const MAX_BOOTSTRAP_NODES = 64

/**
 * Reads `host:port,host:port`; hosts are IPv4 addresses or names, because HyperDHT's wire format has no IPv6.
 *
 * @throws SwarmError BOOTSTRAP_INVALID, naming the entry and what is wrong with it
 */
export function parseBootstrap(text: string): Address[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (entries.length === 0) throw SwarmError.bootstrapInvalid(text, 'it is empty')
  if (entries.length > MAX_BOOTSTRAP_NODES) {
    throw SwarmError.bootstrapInvalid(`${text.slice(0, 40)}…`, `more than ${MAX_BOOTSTRAP_NODES} addresses`)
  }
  return entries.map(parseAddress)
}

function parseAddress(entry: string): Address {
  const colon = entry.lastIndexOf(':')
  if (colon === -1) throw SwarmError.bootstrapInvalid(entry, 'the port is missing')
  const host = entry.slice(0, colon)
  const portText = entry.slice(colon + 1)
  if (host.includes(':') || host.startsWith('[')) {
    throw SwarmError.bootstrapInvalid(entry, 'the DHT has no IPv6 addresses')
  }
  const port = Number(portText)
  if (!/^\d{1,5}$/.test(portText) || port < 1 || port > 65535) {
    throw SwarmError.bootstrapInvalid(entry, 'the port is not a number from 1 to 65535')
  }
  if (looksNumeric(host)) {
    if (ipv4Bytes(host) === undefined)
      throw SwarmError.bootstrapInvalid(entry, 'the IPv4 address is malformed')
  } else if (!NAME.test(host)) {
    throw SwarmError.bootstrapInvalid(entry, 'the host is not an IPv4 address or a name')
  }
  return { host, port }
}

function looksNumeric(host: string): boolean {
  return /^[\d.]+$/.test(host)
}

/** The four bytes of a dotted IPv4 address without leading zeros; undefined for everything else. */
export function ipv4Bytes(host: string): readonly [number, number, number, number] | undefined {
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(host)
  if (!match) return undefined
  const [a, b, c, d] = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])]
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined
  return [a, b, c, d]
}

/** 127.0.0.0/8 and the name that always means it. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || ipv4Bytes(host)?.[0] === 127
}

/** Loopback, link-local (RFC 3927) and private use (RFC 1918): an address that only a neighbour can have. */
export function isLanHost(host: string): boolean {
  const bytes = ipv4Bytes(host)
  if (bytes === undefined) return isLoopbackHost(host)
  const [a, b] = bytes
  return (
    a === 127 ||
    a === 10 ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168)
  )
}

/** `host:port`, as people write it. */
export function formatAddress({ host, port }: Address): string {
  return `${host}:${port}`
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port
}
