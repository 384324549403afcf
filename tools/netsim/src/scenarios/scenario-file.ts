import * as v from 'valibot'
import type { LinkConfig } from '../link/link.ts'
import type { NatBehaviour } from '../nat/config.ts'
import { topologyOf } from '../run/stage.ts'
import { build } from '../topology/plan.ts'
import type { Place, Scenario } from './scenario.ts'

/*
 * A scenario as JSON, for bug reports and for what chaos found. Whoever plays a file may have it from a stranger: it
 * names places, faults and an expectation, and nothing that reaches a program's command line or the file system.
 */

const MOST_STEPS = 64
const MOST_MS = 600_000

const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(MOST_MS))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const bytes = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 30))
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))
const line = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(200),
  v.regex(/^[^\p{Cc}]*$/u, 'it is one line of text'),
)
const prefix = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'it is a prefix like 10.8.0.0/16'),
)

const dependence = v.picklist(['endpoint-independent', 'address-dependent', 'address-and-port-dependent'])
const nat = v.strictObject({
  place: v.picklist(['premises', 'operator']),
  behaviour: v.strictObject({
    mapping: dependence,
    filtering: dependence,
    portAllocation: v.picklist(['preserving', 'sequential', 'random']),
    hairpinning: v.boolean(),
    bindingLifetimeMs: v.pipe(v.number(), v.minValue(1000), v.maxValue(86_400_000)),
    refresh: v.picklist(['outbound', 'both']),
    maxBindings: v.exactOptional(count),
    maxBindingsPerHost: v.exactOptional(count),
  }),
  inside: v.exactOptional(prefix),
})

const way = v.strictObject({
  delayMs: ms,
  jitterMs: v.exactOptional(ms),
  loss: v.exactOptional(
    v.union([
      share,
      v.strictObject({ rate: share, meanBurstPackets: v.pipe(v.number(), v.minValue(1), v.maxValue(1000)) }),
    ]),
  ),
  reorder: v.exactOptional(share),
  reorderByMs: v.exactOptional(ms),
  duplicate: v.exactOptional(share),
  rateKbps: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(1e7))),
  queueBytes: v.exactOptional(bytes),
  mtu: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(576), v.maxValue(9000))),
})
const link = v.union([way, v.strictObject({ up: way, down: way })])

const place = v.strictObject({
  nats: v.pipe(v.array(nat), v.maxLength(4)),
  link,
  lan: v.exactOptional(way),
  lanPrefix: v.exactOptional(prefix),
  routers: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20))),
  ipv6: v.exactOptional(v.strictObject({ firewall: v.picklist(['open', 'stateful', 'none']) })),
  apIsolation: v.exactOptional(v.boolean()),
  udpBlocked: v.exactOptional(v.boolean()),
  mtu: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(576), v.maxValue(9000))),
})

const role = v.picklist(['broadcaster', 'listener', 'listener-2', 'listener-3'])
const fault = v.variant('name', [
  v.strictObject({ name: v.literal('rebind'), args: v.strictTuple([role]) }),
  v.strictObject({ name: v.literal('setPublicAddress'), args: v.strictTuple([role]) }),
  v.strictObject({ name: v.literal('roam'), args: v.strictTuple([role, v.literal('elsewhere')]) }),
  v.strictObject({
    name: v.literal('cut'),
    args: v.strictTuple([role, v.picklist(['both', 'in', 'out']), v.boolean()]),
  }),
  v.strictObject({ name: v.literal('setLink'), args: v.strictTuple([role, link]) }),
])
const step = v.union([
  v.strictObject({ afterMs: ms, fault }),
  v.strictObject({ afterMs: ms, signal: v.picklist(['SIGSTOP', 'SIGCONT']), role }),
  v.strictObject({ afterMs: ms, lose: v.literal('dht') }),
])

const heard = v.strictObject({
  verdict: v.literal('heard'),
  withinMs: v.exactOptional(ms),
  maxGapMs: v.exactOptional(ms),
  maxConcealed: v.exactOptional(share),
  calmAfterMs: v.exactOptional(ms),
})
const expectation = v.variant('verdict', [
  heard,
  v.strictObject({ verdict: v.literal('silent'), forMs: ms, why: line }),
  v.strictObject({
    verdict: v.literal('error'),
    role: v.picklist(['broadcaster', 'listener']),
    code: v.pipe(v.string(), v.regex(/^[A-Z_]{1,40}$/, 'it is a code like NO_UDP')),
    withinMs: ms,
  }),
])

const scenario = v.strictObject({
  name: line,
  broadcaster: place,
  listener: v.union([place, v.literal('same-lan')]),
  others: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ id: v.picklist(['listener-2', 'listener-3']), place, expect: heard })),
      v.maxLength(2),
    ),
  ),
  elsewhere: v.exactOptional(place),
  path: v.exactOptional(v.picklist(['auto', 'swarm', 'webrtc'])),
  steps: v.exactOptional(v.pipe(v.array(step), v.maxLength(MOST_STEPS))),
  listenMs: v.exactOptional(ms),
  expect: expectation,
})

const file = v.strictObject({
  netsim: v.literal(1),
  note: v.exactOptional(v.pipe(v.array(line), v.maxLength(40))),
  seed: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 48))),
  scenario,
})

/** A place of a scenario as JSON has it, with nothing but what is needed. */
export interface FilePlace {
  nats: FileNat[]
  link: FileLink
  lan?: LinkConfig
  lanPrefix?: string
  routers?: number
  ipv6?: { firewall: 'open' | 'stateful' | 'none' }
  apIsolation?: boolean
  udpBlocked?: boolean
  mtu?: number
}

interface FileNat {
  place: 'premises' | 'operator'
  behaviour: NatBehaviour
  inside?: string
}

type FileLink = LinkConfig | { up: LinkConfig; down: LinkConfig }
type FileRole = 'broadcaster' | 'listener' | OtherListener
type OtherListener = 'listener-2' | 'listener-3'

export type FileStep = { afterMs: number } & (
  { fault: FileFault } | { signal: 'SIGSTOP' | 'SIGCONT'; role: FileRole } | { lose: 'dht' }
)

type FileFault =
  | { name: 'rebind' | 'setPublicAddress'; args: [FileRole] }
  | { name: 'roam'; args: [FileRole, 'elsewhere'] }
  | { name: 'cut'; args: [FileRole, 'both' | 'in' | 'out', boolean] }
  | { name: 'setLink'; args: [FileRole, FileLink] }

interface FileHeard {
  verdict: 'heard'
  withinMs?: number
  maxGapMs?: number
  maxConcealed?: number
  calmAfterMs?: number
}

interface FileScenario {
  name: string
  broadcaster: FilePlace
  listener: FilePlace | 'same-lan'
  others?: { id: OtherListener; place: FilePlace; expect: FileHeard }[]
  elsewhere?: FilePlace
  path?: 'auto' | 'swarm' | 'webrtc'
  steps?: FileStep[]
  listenMs?: number
  expect:
    | FileHeard
    | { verdict: 'silent'; forMs: number; why: string }
    | { verdict: 'error'; role: 'broadcaster' | 'listener'; code: string; withinMs: number }
}

export interface ScenarioFile {
  /** The version of the format. */
  netsim: 1
  /** Where it comes from, for people. */
  note?: string[]
  /** The seed with which it was seen. */
  seed?: number
  scenario: FileScenario
}

/** A place as a file has it. Throws a `ValiError` for one that a file cannot hold. */
export function filePlace(value: Place): FilePlace {
  return v.parse(place, value)
}

/** Throws a `ValiError`, or `TOPOLOGY_INVALID` for places that cannot be built together. */
export function parseScenarioFile(value: unknown): ScenarioFile {
  const parsed = v.parse(file, value)
  build(topologyOf(scenarioOf(parsed, 'field')))
  return parsed
}

/** To be played. */
export function scenarioOf({ scenario: told }: ScenarioFile, group: 'field' | 'chaos'): Scenario {
  return { ...told, group }
}
