/**
 * The network that an address is counted under: /24 of IPv4, /48 of IPv6, the smallest block that one customer gets to
 * choose addresses from. Text that is no address counts as a network of its own.
 */
export function addressPrefix(address: string): string {
  const text = address.toLowerCase().split('%', 1)[0] ?? ''
  const mapped = /^(?:0{0,4}:){1,5}(?:ffff:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const v4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(mapped?.[1] ?? text)
  if (v4?.[1] !== undefined) return `${v4[1]}.0/24`
  if (!text.includes(':')) return text
  return `${groupsOf(text).slice(0, 3).join(':')}::/48`
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(text: string): readonly string[] {
  const [head = '', tail] = text.split('::', 2)
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before.map(shorten)
  const after = tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  return [...before, ...zeros, ...after].map(shorten)
}

function shorten(group: string): string {
  return group.replace(/^0+(?=.)/, '')
}
