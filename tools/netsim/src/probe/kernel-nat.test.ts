import { describe, expect, test } from 'vitest'
import type { NatBehaviour } from '../nat/config.ts'
import { NAT_BEHAVIOURS } from '../nat/types.ts'
import { cloud } from '../topology/presets.ts'
import type { Site } from '../topology/topology.ts'
import { requireTun, skipWithout } from '../tun/testing/requirements.ts'
import type { NatReport } from './discover.ts'
import { buildKernelNat, kernelNatMissing, type KernelNat } from './testing/kernel-nat.ts'
import { openProbeLab, probe } from './testing/probe-lab.ts'

const LIFETIME_S = 2
const IDLE_TIMES_MS = [600, 1200, 2400]

/** What the kernel can do, and the simulated behaviour that must look the same from outside. */
const PAIRS: Record<KernelNat, Partial<NatBehaviour>> = {
  masquerade: { ...NAT_BEHAVIOURS['port-restricted'], hairpinning: false },
  'masquerade-random': { ...NAT_BEHAVIOURS['symmetric-random'], refresh: 'both' },
  'full-cone': NAT_BEHAVIOURS['full-cone'],
  'address-restricted': { ...NAT_BEHAVIOURS['address-restricted'], hairpinning: false },
}
const KINDS: KernelNat[] = ['masquerade', 'masquerade-random', 'full-cone', 'address-restricted']

describe('the NAT of the kernel', () => {
  test('looks to the probe like the simulated one of its type', { timeout: 60_000 }, async (context) => {
    requireTun(context)
    skipWithout(context, kernelNatMissing())
    const lab = await openProbeLab(KINDS.flatMap((kind) => sitesFor(kind)))
    try {
      await Promise.all(
        KINDS.map((kind) => {
          const hosts = { router: `${kind}-router`, client: `${kind}-behind` }
          return buildKernelNat(lab, hosts, kind, LIFETIME_S)
        }),
      )
      const reports = await Promise.all(
        KINDS.flatMap((kind) => [
          probe(lab, `${kind}-behind`, IDLE_TIMES_MS),
          probe(lab, `${kind}-simulated`, IDLE_TIMES_MS),
        ]),
      )
      for (const [i, kind] of KINDS.entries()) {
        const [kernel, simulated] = reports.slice(2 * i, 2 * i + 2).map((report) => comparable(kind, report))
        expect({ kind, ...kernel }).toEqual({ kind, ...simulated })
      }
      expect(lab.escapes).toBe(0)
    } finally {
      await lab.close()
    }
  })
})

function sitesFor(kind: KernelNat): Site[] {
  const behaviour = {
    ...NAT_BEHAVIOURS['port-restricted'],
    ...PAIRS[kind],
    bindingLifetimeMs: LIFETIME_S * 1000,
  }
  return [
    cloud(`${kind}-1`, [`${kind}-router`]),
    cloud(`${kind}-2`, [`${kind}-behind`]),
    cloud(`${kind}-3`, [`${kind}-simulated`], { nats: [{ place: 'premises', behaviour }] }),
  ]
}

/** A forwarding rule is for ever, so lifetimes are compared only where the kernel's own bindings are at work. */
function comparable(kind: KernelNat, report: NatReport): object {
  const { bindingLifetime, refresh, ...behaviour } = report
  if (kind === 'full-cone' || kind === 'address-restricted') return behaviour
  const { atLeastMs, atMostMs = 0 } = bindingLifetime
  return {
    ...behaviour,
    refresh,
    livesAsConfigured: atLeastMs < LIFETIME_S * 1000 && LIFETIME_S * 1000 <= atMostMs,
  }
}
