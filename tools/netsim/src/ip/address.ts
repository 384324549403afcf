import { NetsimError } from '../errors.ts'

/** A transport address as programs write it: text and a UDP port. */
export interface Endpoint {
  address: string
  port: number
}

/** An IPv4 address inside the lab is an unsigned 32-bit number: comparable, hashable, without allocation. */
export function parseIpv4(text: string): number {
  const parts = text.split('.')
  let address = 0
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)
      throw NetsimError.addressInvalid(text, 'an IPv4 address')
    address = address * 256 + Number(part)
  }
  if (parts.length !== 4) throw NetsimError.addressInvalid(text, 'an IPv4 address')
  return address
}

export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** 16 bytes of an IPv6 address (RFC 4291 §2.2, without the embedded IPv4 form and without zones). */
export function parseIpv6(text: string): Uint8Array {
  const halves = text.split('::')
  const head = groupsOf(halves[0] ?? '', text)
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', text) : []
  const missing = 8 - head.length - tail.length
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0))
    throw NetsimError.addressInvalid(text, 'an IPv6 address')
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 255]))
}

function groupsOf(half: string, text: string): number[] {
  if (half === '') return []
  return half.split(':').map((group) => {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) throw NetsimError.addressInvalid(text, 'an IPv6 address')
    return Number.parseInt(group, 16)
  })
}

/** The canonical text of RFC 5952: lower case, the longest run of zero groups shortened. */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  const groups = Array.from({ length: 8 }, (_, i) => {
    return ((bytes[offset + 2 * i] ?? 0) << 8) | (bytes[offset + 2 * i + 1] ?? 0)
  })
  let bestStart = -1
  let bestLength = 1
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > bestLength) [bestStart, bestLength] = [start, length]
  }
  const text = groups.map((group) => group.toString(16))
  if (bestStart < 0) return text.join(':')
  return `${text.slice(0, bestStart).join(':')}::${text.slice(bestStart + bestLength).join(':')}`
}

/** `a.b.c.d:port` or `[v6]:port`. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) throw NetsimError.addressInvalid(text, 'address:port')
  const v6 = match[1]
  if (v6 !== undefined) return { address: formatIpv6(parseIpv6(v6)), port }
  return { address: formatIpv4(parseIpv4(match[2] ?? '')), port }
}

export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`
}

/** A CIDR block of IPv4 addresses. */
export interface Ipv4Prefix {
  base: number
  bits: number
}

export function parsePrefix(text: string): Ipv4Prefix {
  const [address, length, rest] = text.split('/')
  const bits = Number(length)
  if (address === undefined || rest !== undefined || !/^\d{1,2}$/.test(length ?? '') || bits > 32)
    throw NetsimError.addressInvalid(text, 'an IPv4 prefix such as 192.168.1.0/24')
  const base = parseIpv4(address)
  if (base !== maskTo(base, bits)) throw NetsimError.addressInvalid(text, `a prefix of ${bits} bits`)
  return { base, bits }
}

export function formatPrefix(prefix: Ipv4Prefix): string {
  return `${formatIpv4(prefix.base)}/${prefix.bits}`
}

export function inPrefix(address: number, prefix: Ipv4Prefix): boolean {
  return maskTo(address, prefix.bits) === prefix.base
}

function maskTo(address: number, bits: number): number {
  return bits === 0 ? 0 : (address & (0xffff_ffff << (32 - bits))) >>> 0
}
