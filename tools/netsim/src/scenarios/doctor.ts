import { PRESETS } from '../topology/presets.ts'
import { behind } from './places.ts'
import type { Expectation, Scenario } from './scenario.ts'

type Diagnosis = Extract<Expectation, { verdict: 'diagnosis' }>

/** It is to end in 10 s wherever it is; the rest is for a busy computer. */
const WITHIN_MS = 12_000

const BEHIND_ROUTER: Diagnosis['says'] = {
  verdict: 'good',
  nat: { class: 'consistent', mapping: 'endpoint-independent', firewalled: true, portStable: true },
  paths: { open: 'direct', consistent: 'punched', random: 'birthday' },
}

/** What `pearcast doctor` is to find out in each place that has a name. */
const FINDINGS: Record<keyof typeof PRESETS, Diagnosis['says']> = {
  home: { ...BEHIND_ROUTER, nat: { ...Object(BEHIND_ROUTER['nat']), portPreserved: true } },
  hotspot: BEHIND_ROUTER,
  'mobile-cgnat': { ...BEHIND_ROUTER, nat: { ...Object(BEHIND_ROUTER['nat']), portPreserved: false } },
  vpn: BEHIND_ROUTER,
  corporate: {
    verdict: 'limited',
    nat: { class: 'random', mapping: 'address-and-port-dependent', firewalled: true, portStable: true },
    paths: { open: 'direct', consistent: 'birthday', random: 'none' },
  },
  cloud: {
    verdict: 'good',
    nat: { class: 'open', mapping: 'none', firewalled: false, portPreserved: true, portStable: true },
    paths: { open: 'direct', consistent: 'direct', random: 'direct' },
  },
  'udp-blocked': { verdict: 'offline', nat: null, paths: null },
}

/** `pearcast doctor` in every preset; the broadcaster's place is where it runs. */
export const doctor: readonly Scenario[] = Object.entries(PRESETS).map(([preset, place]): Scenario => {
  const { id: _id, hosts: _hosts, ...site } = place('', [])
  const says = new Map<string, Diagnosis['says']>(Object.entries(FINDINGS)).get(preset) ?? {}
  return {
    name: `doctor/${preset}`,
    group: 'doctor',
    canary: preset === 'corporate',
    broadcaster: site,
    listener: behind('public'),
    expect: { verdict: 'diagnosis', withinMs: WITHIN_MS, exit: preset === 'udp-blocked' ? 4 : 0, says },
  }
})
