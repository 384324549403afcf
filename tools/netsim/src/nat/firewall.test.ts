import { expect, test } from 'vitest'
import { StatefulFirewall } from './firewall.ts'

test('only the endpoint that was written to may answer (RFC 6092)', () => {
  const firewall = new StatefulFirewall()
  expect(firewall.inbound(1, 2, 0)).toBe(false)
  firewall.outbound(1, 2, 0)
  expect(firewall.inbound(1, 2, 1)).toBe(true)
  expect(firewall.inbound(1, 3, 1)).toBe(false)
  expect(firewall.inbound(4, 2, 1)).toBe(false)
})

test('a flow lives two minutes beyond its last packet in either direction (RFC 6092 REC-14)', () => {
  const firewall = new StatefulFirewall()
  firewall.outbound(1, 2, 0)
  expect(firewall.inbound(1, 2, 119_999)).toBe(true)
  expect(firewall.inbound(1, 2, 239_998)).toBe(true)
  expect(firewall.knows(1, 2, 359_997)).toBe(true)
  expect(firewall.knows(1, 2, 359_998)).toBe(false)
})

test('flows that ended do not pile up, and the table has an end', () => {
  const firewall = new StatefulFirewall(1000)
  for (let i = 0; i < 10_000; i++) firewall.outbound(i, 2, i)
  expect(firewall.size).toBeLessThan(1500)
  firewall.clear()
  for (let i = 0; i < 65_536; i++) firewall.outbound(1, i, 20_000)
  expect(firewall.outbound(2, 2, 20_000)).toBe(false)
  expect(firewall.outbound(1, 5, 20_000)).toBe(true)
})
