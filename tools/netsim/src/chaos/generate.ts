import { predict } from '../oracle/oracle.ts'
import type { NatType } from '../nat/types.ts'
import { seededRandom, type Random } from '../random.ts'
import { behind } from '../scenarios/places.ts'
import { filePlace, type FilePlace, type ScenarioFile } from '../scenarios/scenario-file.ts'
import { LINES, LINKS } from '../topology/presets.ts'
import { heal, type ChaosStep } from './events.ts'

type Told = ScenarioFile['scenario']
type Listener = NonNullable<Told['others']>[number]['id']

const TYPES: readonly NatType[] = [
  'public',
  'full-cone',
  'address-restricted',
  'port-restricted',
  'symmetric-sequential',
  'symmetric-random',
  'cgnat',
]
const LINKS_OF_PEOPLE = [LINKS.fibre, LINKS.dsl, LINKS.wifi, LINKS.lte, LINES.adsl, LINES['low-orbit']]
/** What a line turns into while it is broken. */
const BROKEN_LINKS: readonly FilePlace['link'][] = [
  { delayMs: 10, loss: 0.3 },
  { delayMs: 400, jitterMs: 100 },
  { delayMs: 10, rateKbps: 64, queueBytes: 16_384 },
  { delayMs: 20, loss: { rate: 0.5, meanBurstPackets: 50 } },
]
const DEFAULT_EVENTS = { least: 2, most: 6 }
const PAUSE_MS = { least: 100, most: 3000 }

/** Audio is to be back so long after everything was mended. */
const BACK_MS = 10_000
/** Long enough to see that it plays then. */
const LISTEN_MS = BACK_MS + 3500
/** Once it is back. */
const MAX_GAP_MS = 1000
const FIRST_SOUND_MS = 20_000

export interface Chaos {
  seed: number
  scenario: Omit<Told, 'steps'>
  /** What happens before all is mended. */
  events: readonly ChaosStep[]
}

/**
 * Places and faults by a seed, always the same. Only places that reach each other in time by themselves, also from
 * elsewhere: two hard NATs need a relay, and a birthday punch is a lottery that may take longer than the liveness check.
 */
export function chaosOf(seed: number): Chaos {
  const random = seededRandom(seed)
  const elsewhere = filePlace(behind(random() < 0.5 ? 'public' : 'port-restricted'))
  const broadcaster = placeThat(random, (here) => reaches(here, elsewhere))
  const near = (): FilePlace =>
    placeThat(random, (there) => reaches(broadcaster, there) && reaches(elsewhere, there))
  const listener = near()
  const ids: readonly Listener[] = (['listener-2', 'listener-3'] as const).slice(0, Math.floor(random() * 3))
  const expect = {
    verdict: 'heard',
    withinMs: FIRST_SOUND_MS,
    maxGapMs: MAX_GAP_MS,
    calmAfterMs: BACK_MS,
  } as const
  const others = ids.map((id) => ({ id, place: near(), expect }))
  const sites: readonly Spot[] = [
    { id: 'broadcaster', place: broadcaster },
    { id: 'listener', place: listener },
    ...others,
  ]
  const span = DEFAULT_EVENTS.most - DEFAULT_EVENTS.least + 1
  const length = DEFAULT_EVENTS.least + Math.floor(random() * span)
  const events = Array.from({ length }, () => eventOf(random, pick(random, sites)))
  return {
    seed,
    events,
    scenario: {
      name: `chaos/seed ${seed}`,
      broadcaster,
      listener,
      others,
      elsewhere,
      listenMs: LISTEN_MS,
      expect,
    },
  }
}

/** To be played, with these of its events, and mended at the end. */
export function fileOf({ scenario, seed }: Chaos, events: readonly ChaosStep[]): ScenarioFile {
  const { broadcaster, listener, others = [] } = scenario
  const lines = new Map<string, FilePlace>([
    ['broadcaster', broadcaster],
    ...others.map(({ id, place: at }) => [id, at] as const),
  ])
  if (listener !== 'same-lan') lines.set('listener', listener)
  const steps = [...events, ...heal(events, (site) => lines.get(site)?.link)]
  return { netsim: 1, seed, scenario: { ...scenario, steps } }
}

function place(random: Random): FilePlace {
  const line = random() < 0.5 ? {} : { link: pick(random, LINKS_OF_PEOPLE) }
  return filePlace(behind(pick(random, TYPES), line))
}

function placeThat(random: Random, suits: (place: FilePlace) => boolean): FilePlace {
  for (let i = 0; i < 100; i++) {
    const candidate = place(random)
    if (suits(candidate)) return candidate
  }
  return filePlace(behind('port-restricted'))
}

function reaches(broadcaster: FilePlace, listener: FilePlace): boolean {
  const prediction = predict({ broadcaster, listener, help: 'none' })
  return (
    prediction.outcome === 'heard' &&
    prediction.ways.some(({ via }) => via !== 'birthday' && via !== 'webrtc')
  )
}

interface Spot {
  id: 'broadcaster' | 'listener' | Listener
  place: FilePlace
}

function eventOf(random: Random, { id: site, place: from }: Spot): ChaosStep {
  const afterMs = PAUSE_MS.least + Math.floor(random() * (PAUSE_MS.most - PAUSE_MS.least))
  const kinds: (() => ChaosStep)[] = [
    // Where there is no NAT, none rebinds.
    () => ({ afterMs, fault: { name: from.nats.length > 0 ? 'rebind' : 'setPublicAddress', args: [site] } }),
    () => ({ afterMs, fault: { name: 'setPublicAddress', args: [site] } }),
    () => ({ afterMs, fault: { name: 'roam', args: [site, 'elsewhere'] } }),
    () => ({ afterMs, fault: { name: 'cut', args: [site, pick(random, ['both', 'in', 'out']), true] } }),
    () => ({ afterMs, fault: { name: 'cut', args: [site, 'both', false] } }),
    () => ({ afterMs, fault: { name: 'setLink', args: [site, pick(random, BROKEN_LINKS)] } }),
    () => ({ afterMs, signal: 'SIGSTOP', role: site }),
    () => ({ afterMs, signal: 'SIGCONT', role: site }),
  ]
  return pick(random, kinds)()
}

function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)]
  if (one === undefined) throw new Error('there is nothing to pick from')
  return one
}
