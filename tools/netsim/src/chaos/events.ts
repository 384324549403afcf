import type { FilePlace, FileStep } from '../scenarios/scenario-file.ts'

/** What a scenario file can let happen. */
export type ChaosStep = FileStep

/** So long after the last event everything is mended at once. */
const HEAL_AFTER_MS = 2000

/**
 * Mend what was broken and not mended: lines that were cut or changed, processes that were stopped. What rebinds,
 * roams or gets another address stays as it is: it works.
 */
export function heal(
  events: readonly ChaosStep[],
  lineOf: (site: string) => FilePlace['link'] | undefined,
): ChaosStep[] {
  const cut = new Set<string>()
  const changed = new Set<string>()
  const stopped = new Set<string>()
  for (const event of events) {
    if ('signal' in event) note(stopped, event.role, event.signal === 'SIGSTOP')
    if (!('fault' in event)) continue
    if (event.fault.name === 'cut') note(cut, event.fault.args[0], event.fault.args[2])
    if (event.fault.name === 'setLink') changed.add(event.fault.args[0])
  }
  const mended: ChaosStep[] = [
    ...sites(cut).map((site): ChaosStep => {
      return { afterMs: 0, fault: { name: 'cut', args: [site, 'both', false] } }
    }),
    ...sites(changed).flatMap((site): ChaosStep[] => {
      const link = lineOf(site)
      return link === undefined ? [] : [{ afterMs: 0, fault: { name: 'setLink', args: [site, link] } }]
    }),
    ...sites(stopped).map((role): ChaosStep => ({ afterMs: 0, signal: 'SIGCONT', role })),
  ]
  return mended.map((step, i) => (i === 0 ? { ...step, afterMs: HEAL_AFTER_MS } : step))
}

type SiteName = 'broadcaster' | 'listener' | 'listener-2' | 'listener-3'
const SITES: readonly SiteName[] = ['broadcaster', 'listener', 'listener-2', 'listener-3']

function sites(names: ReadonlySet<string>): SiteName[] {
  return SITES.filter((site) => names.has(site))
}

function note(set: Set<string>, name: string, on: boolean): void {
  if (on) set.add(name)
  else set.delete(name)
}
