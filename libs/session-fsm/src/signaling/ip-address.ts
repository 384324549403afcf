/** Where an address can be reached from; what is neither public nor one of these is `other` and never shown. */
export type AddressScope = 'loopback' | 'private' | 'public' | 'other'

/** 45 characters hold every IPv6 address; a zone makes it a little longer. */
const MAX_ADDRESS_CHARACTERS = 64

/** The scope of an IPv4 or IPv6 address in text form, undefined when it is neither (a name, for example). */
export function addressScope(text: string): AddressScope | undefined {
  if (text.length > MAX_ADDRESS_CHARACTERS) return undefined
  const v4 = parseIPv4(text)
  if (v4 !== undefined) return scopeOfIPv4(v4)
  const v6 = parseIPv6(text)
  if (v6 === undefined) return undefined
  const mapped = mappedIPv4(v6)
  return mapped === undefined ? scopeOfIPv6(v6) : scopeOfIPv4(mapped)
}

/** The same address however it is written; undefined when it is none. IPv4-mapped IPv6 equals the IPv4 address. */
export function canonicalAddress(text: string): string | undefined {
  if (text.length > MAX_ADDRESS_CHARACTERS) return undefined
  const v4 = parseIPv4(text)
  if (v4 !== undefined) return v4.join('.')
  const v6 = parseIPv6(text)
  if (v6 === undefined) return undefined
  return mappedIPv4(v6)?.join('.') ?? v6.map((group) => group.toString(16)).join(':')
}

/** Four octets. Leading zeros are refused: some readers take them for octal. */
function parseIPv4(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined
  const octets = parts.map(Number)
  return octets.every((octet) => octet <= 255) ? octets : undefined
}

/** Eight groups of 16 bits (RFC 4291 2.2), a zone such as `%eth0` left out. */
function parseIPv6(text: string): readonly number[] | undefined {
  const address = text.split('%')[0] ?? ''
  const halves = address.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map(parseGroups)
  const [head, tail] = groups
  if (head === undefined || groups.includes(undefined)) return undefined
  if (halves.length === 1) return head.length === 8 ? head : undefined
  const given = head.length + (tail?.length ?? 0)
  if (given > 7) return undefined
  return [...head, ...Array.from({ length: 8 - given }, () => 0), ...(tail ?? [])]
}

function parseGroups(half: string): readonly number[] | undefined {
  if (half === '') return []
  const parts = half.split(':')
  const last = parseIPv4(parts.at(-1) ?? '')
  const hex = last === undefined ? parts : parts.slice(0, -1)
  if (!hex.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return undefined
  const groups = hex.map((part) => Number.parseInt(part, 16))
  if (last === undefined) return groups
  const [a = 0, b = 0, c = 0, d = 0] = last
  return [...groups, (a << 8) | b, (c << 8) | d]
}

/** ::ffff:a.b.c.d (RFC 4291 2.5.5.2). */
function mappedIPv4(groups: readonly number[]): readonly number[] | undefined {
  const [high = 0, low = 0] = groups.slice(6)
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return undefined
  return [high >> 8, high & 0xff, low >> 8, low & 0xff]
}

function scopeOfIPv4(octets: readonly number[]): AddressScope {
  const [a = 0, b = 0, c = 0] = octets
  if (a === 127) return 'loopback'
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return 'private' // RFC 1918
  if (a === 100 && b >= 64 && b <= 127) return 'private' // RFC 6598, shared address space
  if (a === 169 && b === 254) return 'private' // RFC 3927, link-local
  if (a === 0 || a >= 224) return 'other' // this network, multicast, reserved
  if (a === 192 && b === 0 && c === 0) return 'other' // RFC 6890, protocol assignments
  return 'public'
}

function scopeOfIPv6(groups: readonly number[]): AddressScope {
  const [first = 0] = groups
  if (groups.slice(0, 7).every((group) => group === 0)) return groups[7] === 1 ? 'loopback' : 'other'
  if ((first & 0xfe00) === 0xfc00) return 'private' // RFC 4193, unique local
  if ((first & 0xffc0) === 0xfe80) return 'private' // RFC 4291, link-local
  return (first & 0xe000) === 0x2000 ? 'public' : 'other' // RFC 4291 2.4: global unicast is 2000::/3
}
