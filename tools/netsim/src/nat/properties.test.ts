import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../random.ts'
import { formatEndpoint, type Endpoint } from '../ip/address.ts'
import { buildUdp } from '../ip/build.ts'
import { checksumsAreRight } from '../ip/verify.ts'
import { destinationOf, parsed, sourceOf } from '../testing/packets.ts'
import type { NatConfig } from './config.ts'
import { Nat } from './nat.ts'

const PUBLIC = '5.1.0.2'
const dependence = fc.constantFrom(
  'endpoint-independent' as const,
  'address-dependent' as const,
  'address-and-port-dependent' as const,
)
const anyConfig: fc.Arbitrary<NatConfig> = fc.record({
  mapping: dependence,
  filtering: dependence,
  portAllocation: fc.constantFrom('preserving' as const, 'sequential' as const, 'random' as const),
  hairpinning: fc.boolean(),
  bindingLifetimeMs: fc.constant(1000),
  refresh: fc.constantFrom('outbound' as const, 'both' as const),
  publicAddress: fc.constant(PUBLIC),
  maxBindings: fc.constant(20),
})

const inside = fc.record({
  address: fc.constantFrom('192.168.1.20', '192.168.1.21', '192.168.1.22'),
  port: fc.constantFrom(5000, 5001, 5002, 5004),
})
const outside = fc.record({
  address: fc.constantFrom('5.9.0.1', '5.9.0.2', PUBLIC),
  port: fc.constantFrom(1000, 1001, 5000, 5002),
})

type Step =
  | { do: 'out'; from: Endpoint; to: Endpoint }
  | { do: 'in'; from: Endpoint; recent: number }
  | { do: 'wait'; ms: number }
  | { do: 'rebind' }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('out' as const), from: inside, to: outside }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('in' as const), from: outside, recent: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(700) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebind' as const) }) },
)

/** What was sent from inside since the last reboot: also a hairpin that was refused has opened its sender's filter. */
interface Sent {
  from: string
  to: Endpoint
  external: string | undefined
  atMs: number
}

describe('whatever happens, a NAT', () => {
  test('leaks no private address, keeps checksums right, stays bounded, and lets in only whom its filter knows', () => {
    const run = (nat: Nat, config: NatConfig, steps: readonly Step[]): void => {
      const ledger: Sent[] = []
      const seen: string[] = [`${PUBLIC}:5000`]
      let nowMs = 0
      for (const step of steps) {
        if (step.do === 'wait') nowMs += step.ms
        if (step.do === 'rebind') {
          nat.rebind()
          ledger.length = 0
        }
        if (step.do === 'out') sendOut(nat, step.from, step.to, nowMs, ledger, seen)
        if (step.do === 'in') {
          const to = seen.at(-1 - (step.recent % seen.length)) ?? ''
          sendIn(nat, config, step.from, to, nowMs, ledger)
        }
        expect(nat.bindings).toBeLessThanOrEqual(20)
      }
    }
    fc.assert(
      fc.property(anyConfig, fc.array(anyStep, { maxLength: 60 }), fc.nat(), (chosen, steps, seed) => {
        run(new Nat(chosen, seededRandom(seed)), chosen, steps)
      }),
      { numRuns: 300 },
    )
  })
})

function sendOut(
  nat: Nat,
  from: Endpoint,
  to: Endpoint,
  nowMs: number,
  ledger: Sent[],
  seen: string[],
): void {
  const packet = nat.outbound(buildUdp({ source: from, destination: to }), nowMs)
  const external = packet === undefined ? undefined : sourceOf(packet)
  const last = ledger.findLast((sent) => external !== undefined && sent.external === external)
  ledger.push({ from: formatEndpoint(from), to, external, atMs: nowMs })
  if (packet === undefined || external === undefined) return
  expect(parsed(packet).source).toBe(PUBLIC)
  expect(checksumsAreRight(packet)).toBe(true)
  if (to.address === PUBLIC) expect(parsed(packet).destination.startsWith('192.168.1.')).toBe(true)
  else expect(destinationOf(packet)).toBe(formatEndpoint(to))
  // REQ-3: an external endpoint stands for one internal endpoint while it lives.
  if (last !== undefined && nowMs - last.atMs < 1000) expect(last.from).toBe(formatEndpoint(from))
  seen.push(external)
}

function sendIn(
  nat: Nat,
  config: NatConfig,
  from: Endpoint,
  to: string,
  nowMs: number,
  ledger: readonly Sent[],
): void {
  if (from.address === PUBLIC) return
  const [address = '', port = ''] = to.split(':')
  const packet = nat.inbound(buildUdp({ source: from, destination: { address, port: Number(port) } }), nowMs)
  if (packet === undefined) return
  expect(sourceOf(packet)).toBe(formatEndpoint(from))
  expect(checksumsAreRight(packet)).toBe(true)
  const receiver = destinationOf(packet)
  const permits = ledger.filter(
    (sent) =>
      sent.from === receiver &&
      (config.filtering === 'endpoint-independent' || sent.to.address === from.address) &&
      (config.filtering !== 'address-and-port-dependent' || sent.to.port === from.port),
  )
  expect(permits.length).toBeGreaterThan(0)
  if (config.refresh === 'outbound') expect(permits.some((sent) => nowMs - sent.atMs < 1000)).toBe(true)
}
