import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NetsimError } from '../errors.ts'
import type { Actor, Mechanism, Role, Scenario } from '../scenarios/scenario.ts'
import { cloud } from '../topology/presets.ts'
import type { Site, Topology } from '../topology/topology.ts'
import { openTunLab, type Lab } from '../tun/lab.ts'
import { within } from '../within.ts'
import { Program } from './program.ts'
import { SCRATCH } from './run-folder.ts'

/** The program that is played. */
export const CLI: string = fileURLToPath(new URL('../../../../apps/cli/src/main.ts', import.meta.url))
const DHT_HOST = fileURLToPath(new URL('./dht-host.ts', import.meta.url))
const BARE_DHT = fileURLToPath(new URL('./bare-dht.ts', import.meta.url))
const AUDIENCE_HOST = fileURLToPath(new URL('./audience-host.ts', import.meta.url))
const DHT_HOSTS = ['dht-1', 'dht-2'] as const
/**
 * One near, one far, as in a real DHT: with all nodes equally near, HyperDHT's first look at its own NAT races with its
 * first query, and whether a public host knows that it is public is a toss-up.
 */
const DHT_DELAY_MS = { 'dht-1': 1, 'dht-2': 15 }
const NODES_PER_HOST = 2
/** Below the ports that a system gives to sockets which ask for any: one of those may have been given before. */
const DHT_PORT = 20_737
const DHT_START_MS = 20_000
const KILLED_MS = 10_000

/** Where a scenario plays: its sites, and two public hosts with the nodes of a DHT of its own. */
export function topologyOf(scenario: Scenario): Topology {
  const { broadcaster, listener, elsewhere, helper, others = [], relays = [], audience } = scenario
  const sites: Site[] = DHT_HOSTS.map((id) => cloud(id, [id], { link: { delayMs: DHT_DELAY_MS[id] } }))
  if (listener === 'same-lan') {
    sites.push({ ...broadcaster, id: 'broadcaster', hosts: ['broadcaster', 'listener'] })
  } else {
    sites.push({ ...broadcaster, id: 'broadcaster', hosts: ['broadcaster'] })
    sites.push({ ...listener, id: 'listener', hosts: ['listener'] })
  }
  if (helper !== undefined) sites.push({ ...helper, id: 'helper', hosts: ['helper'] })
  for (const { id, place } of [...relays, ...others]) sites.push({ ...place, id, hosts: [id] })
  if (audience !== undefined)
    for (const id of audienceHosts(audience)) sites.push({ ...audience.place, id, hosts: [id] })
  if (elsewhere !== undefined) sites.push({ ...elsewhere, id: 'elsewhere', hosts: [] })
  return { sites }
}

/** Their names. */
export function audienceHosts({ hosts }: NonNullable<Scenario['audience']>): string[] {
  return Array.from({ length: hosts }, (_, index) => `audience-${index + 1}`)
}

/** Throws `UNKNOWN_HOST`, with those there are, when the scenario has no such host. */
export function checkHost(scenario: Scenario, host: string): void {
  const hosts = topologyOf(scenario).sites.flatMap((site) =>
    site.hosts.map((each) => (typeof each === 'string' ? each : each.id)),
  )
  if (!hosts.includes(host)) throw NetsimError.unknown('host', host, hosts)
}

/** The program that takes it out of a process. */
export function withoutFile(mechanism: Mechanism): URL {
  return new URL(`./without/${mechanism}.ts`, import.meta.url)
}

export interface StageOptions {
  seed: number
  tunDevice?: string | undefined
  /** For logs, and in its scratch folder for keys and recordings. */
  folder: string
  /** For a pcapng file of each host. */
  pcapFolder?: string | undefined
  /** What `node` runs as `pearcast`; default: the sources. */
  program?: string | undefined
  /** Ends the play before its time. */
  signal?: AbortSignal | undefined
}

/** A lab with a DHT in it, in which `pearcast` processes can be started. */
export class Stage {
  readonly lab: Lab
  readonly bootstrap: string
  readonly #scenario: Scenario
  readonly #folder: string
  readonly #program: string
  readonly #dht: Program[]

  private constructor(
    lab: Lab,
    bootstrap: string,
    scenario: Scenario,
    { folder, program = CLI }: StageOptions,
    dht: Program[],
  ) {
    this.lab = lab
    this.bootstrap = bootstrap
    this.#scenario = scenario
    this.#folder = folder
    this.#program = program
    this.#dht = dht
  }

  /** Rejects with the lab's error, or `LAB_FAILED` when the DHT does not start. */
  static async open(scenario: Scenario, options: StageOptions): Promise<Stage> {
    const { seed, tunDevice, folder, pcapFolder } = options
    await mkdir(join(folder, SCRATCH), { recursive: true })
    const lab = await openTunLab(topologyOf(scenario), { seed, pcapFolder, ...(tunDevice && { tunDevice }) })
    try {
      const dht: Program[] = []
      const first = addressOf(lab, DHT_HOSTS[0])
      for (const host of DHT_HOSTS) {
        const args = [DHT_HOST, addressOf(lab, host), first, String(DHT_PORT), String(NODES_PER_HOST)]
        const child = lab.spawn(host, process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
        const program = new Program(host, child, join(folder, host))
        dht.push(program)
        const { stdout } = child
        if (stdout !== null) {
          const started = Promise.race([once(stdout, 'data'), program.exited])
          await within(DHT_START_MS, `The start of ${host}`, started)
        }
        if (program.exit !== undefined) throw NetsimError.labFailed(program.describe())
      }
      const bootstrap = DHT_HOSTS.map((host) => `${addressOf(lab, host)}:${DHT_PORT}`).join(',')
      return new Stage(lab, bootstrap, scenario, options, dht)
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  /** The real command, in the namespace of its host. */
  run(role: Actor, command: readonly string[]): Program {
    const { without, path = 'auto', input } = this.#scenario
    const isOfBoth = role === 'broadcaster' || role === 'listener'
    const disabled = without !== undefined && (without.role === role || (without.role === 'both' && isOfBoth))
    const preload = disabled ? ['--import', withoutFile(without.mechanism).href] : []
    const args = [
      // Only the sources have modules of which one can be taken out.
      disabled ? CLI : this.#program,
      ...command,
      '--json',
      '--log-level',
      'debug',
      '--bootstrap',
      this.bootstrap,
      '--path',
      path,
    ]
    const home = join(this.#folder, SCRATCH, `${role}-home`)
    const stdin = role === 'broadcaster' && input === 'pipe' ? 'pipe' : 'ignore'
    const child = this.lab.spawn(role, process.execPath, [...preload, ...args], {
      stdio: [stdin, 'pipe', 'pipe'],
      cwd: this.#folder,
      env: { ...process.env, PEARCAST_HOME: home },
    })
    return new Program(role, child, join(this.#folder, role))
  }

  /** Many listeners in one process, who wait for a line. */
  runAudience(host: string, args: readonly string[]): Program {
    const child = this.lab.spawn(host, process.execPath, [AUDIENCE_HOST, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    return new Program(host, child, join(this.#folder, host))
  }

  /** HyperDHT without pearCast, in the namespace of a host. */
  runBare(host: Role, args: readonly string[]): Program {
    const name = `bare-${host}`
    const child = this.lab.spawn(host, process.execPath, [BARE_DHT, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new Program(name, child, join(this.#folder, name))
  }

  /** All DHT nodes vanish at once, without a word. */
  async loseDht(): Promise<void> {
    for (const node of this.#dht) node.child.kill('SIGKILL')
    await within(KILLED_MS, 'The end of the DHT', Promise.all(this.#dht.map((node) => node.exited)))
  }

  /** Ends the processes. Their scratch folder is left to whoever named the folder. */
  async close(): Promise<void> {
    try {
      await this.loseDht()
    } finally {
      await this.lab.close()
    }
  }
}

export function addressOf(lab: Lab, hostId: string): string {
  const plan = lab.hosts.find(({ id }) => id === hostId)
  if (plan === undefined)
    throw NetsimError.unknown(
      'host',
      hostId,
      lab.hosts.map(({ id }) => id),
    )
  return plan.addresses.v4.split('/')[0] ?? ''
}
