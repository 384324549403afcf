import { describe, expect, test } from 'vitest'
import type { EndpointDependence, NatBehaviour, PortAllocation } from '../nat/config.ts'
import { cloud } from '../topology/presets.ts'
import type { Site } from '../topology/topology.ts'
import { requireTun } from '../tun/testing/requirements.ts'
import { openProbeLab, probe } from './testing/probe-lab.ts'

const DEPENDENCES: EndpointDependence[] = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
]
const ALLOCATIONS: PortAllocation[] = ['preserving', 'sequential', 'random']
const LIFETIME_MS = 1500
const IDLE_TIMES_MS = [500, 1000, 1800]

/** Every mapping x filtering x port allocation; hairpinning and the direction of refresh alternate. */
const BEHAVIOURS: NatBehaviour[] = DEPENDENCES.flatMap((mapping) =>
  DEPENDENCES.flatMap((filtering) =>
    ALLOCATIONS.map((portAllocation) => ({ mapping, filtering, portAllocation })),
  ),
).map((behaviour, i) => ({
  ...behaviour,
  hairpinning: i % 2 === 0,
  bindingLifetimeMs: LIFETIME_MS,
  refresh: i % 4 < 2 ? 'outbound' : 'both',
}))

describe('a probe inside a site', () => {
  test('recognises every mapping x filtering x port allocation', { timeout: 60_000 }, async (context) => {
    requireTun(context)
    const sites = BEHAVIOURS.map((behaviour, i): Site => {
      return {
        id: `site${i}`,
        hosts: [`host${i}`],
        nats: [{ place: 'premises', behaviour }],
        link: { delayMs: 5 },
      }
    })
    const lab = await openProbeLab(sites)
    try {
      const reports = await Promise.all(BEHAVIOURS.map((_, i) => probe(lab, `host${i}`, IDLE_TIMES_MS)))
      const found = reports.map(({ bindingLifetime: { atLeastMs, atMostMs = 0 }, ...report }) => {
        return {
          ...report,
          bindingLifetimeMs: atLeastMs < LIFETIME_MS && LIFETIME_MS <= atMostMs ? LIFETIME_MS : 0,
        }
      })
      expect(found).toEqual(BEHAVIOURS.map((behaviour) => ({ translated: true, ...visible(behaviour) })))
      expect(lab.escapes).toBe(0)
    } finally {
      await lab.close()
    }
  })

  test('finds no NAT on a public host', async (context) => {
    requireTun(context)
    const lab = await openProbeLab([cloud('site', ['host'])])
    try {
      const { bindingLifetime, ...report } = await probe(lab, 'host', [200])
      expect(report).toEqual({
        translated: false,
        mapping: 'endpoint-independent',
        filtering: 'endpoint-independent',
        portAllocation: 'preserving',
        hairpinning: true,
      })
      expect(bindingLifetime.atMostMs).toBeUndefined()
    } finally {
      await lab.close()
    }
  })
})

/** Hairpinning shows only where the hairpinned packet comes from an endpoint that the filter knows. */
function visible(behaviour: NatBehaviour): NatBehaviour {
  const { mapping, filtering } = behaviour
  const canShow = mapping === 'endpoint-independent' || filtering === 'endpoint-independent'
  return { ...behaviour, hairpinning: behaviour.hairpinning && canShow }
}
