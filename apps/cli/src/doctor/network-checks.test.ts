import type { NetworkFindings } from '@pearcast/swarm'
import { describe, expect, test } from 'vitest'
import { networkChecks, offlineChecks, pathLines, pathsFrom, verdictOf } from './network-checks.ts'

const HOME: NetworkFindings = {
  isLoopback: false,
  bootstrapMs: 120,
  nodes: 8,
  natClass: 'consistent',
  mapping: 'endpoint-independent',
  firewalled: true,
  publicAddress: { host: '203.0.114.1', port: 4321 },
  portPreserved: true,
  portStable: true,
}
const SYMMETRIC: NetworkFindings = {
  ...HOME,
  natClass: 'random',
  mapping: 'address-and-port-dependent',
  publicAddress: { host: '203.0.114.1', port: 0 },
  portPreserved: false,
}

function natText(found: NetworkFindings): string {
  return networkChecks(found).find(({ name }) => name === 'nat')?.text ?? ''
}

describe('the NAT in words', () => {
  test('behind a usual router', () => {
    expect(natText(HOME)).toMatch(/hole punching\. Seen as 203\.0\.114\.1:4321, the port kept\./)
    expect(verdictOf(HOME)).toBe('good')
  })

  test('behind a symmetric one', () => {
    expect(natText(SYMMETRIC)).toMatch(
      /symmetric.*relay helps\. Seen as 203\.0\.114\.1, with another port for each/,
    )
    expect(networkChecks(SYMMETRIC).some(({ status }) => status === 'warning')).toBe(true)
    expect(verdictOf(SYMMETRIC)).toBe('limited')
  })

  test('on the open Internet', () => {
    const open: NetworkFindings = { ...HOME, natClass: 'open', mapping: 'none', firewalled: false }
    expect(natText(open)).toMatch(/^IPv4 is open/)
    expect(verdictOf(open)).toBe('good')
  })

  test('of a DHT on this computer says nothing of the Internet', () => {
    expect(natText({ ...HOME, isLoopback: true })).toMatch(/nothing is learnt/)
    expect(verdictOf({ ...HOME, isLoopback: true })).toBe('local')
    expect(verdictOf({ ...HOME, isLoopback: true, nodes: 1 })).toBe('limited')
  })

  test('a port that wanders limits the station', () => {
    expect(verdictOf({ ...HOME, portStable: false })).toBe('limited')
    expect(networkChecks({ ...HOME, portStable: false }).at(-1)).toMatchObject({
      name: 'port',
      status: 'warning',
    })
    expect(networkChecks({ ...HOME, portStable: null }).at(-1)).toMatchObject({ status: 'skipped' })
  })
})

test('a DHT of one node is too small for a station', () => {
  expect(networkChecks({ ...HOME, nodes: 1 })[1]).toMatchObject({
    name: 'dht',
    status: 'warning',
    text: expect.stringMatching(/too small.*1 node answered/),
  })
  expect(verdictOf({ ...HOME, nodes: 1 })).toBe('limited')
})

describe('without a network', () => {
  const statusOf = (code: string): Record<string, string> =>
    Object.fromEntries(offlineChecks(code, 'why').map(({ name, status }) => [name, status]))

  test('UDP is what failed when nothing answered, the DHT when something else did', () => {
    expect(statusOf('NO_UDP')).toEqual({ udp: 'failed', dht: 'skipped', nat: 'skipped', port: 'skipped' })
    expect(statusOf('NO_DHT')).toEqual({ udp: 'ok', dht: 'failed', nat: 'skipped', port: 'skipped' })
    expect(verdictOf(undefined)).toBe('offline')
  })
})

test('the ways to listeners, a line for each kind', () => {
  const paths = pathsFrom('random')
  expect(paths).toEqual({ open: 'direct', consistent: 'birthday', random: 'none' })
  expect(paths && pathLines(paths)).toEqual([
    expect.stringMatching(/rented server: directly/),
    expect.stringMatching(/usual router.*with luck/),
    expect.stringMatching(/symmetric NAT.*not without a relay; where both have IPv6/),
  ])
  expect(pathsFrom('unknown')).toBeNull()
})
