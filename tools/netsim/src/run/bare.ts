import type { Scenario } from '../scenarios/scenario.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

/** What bare hyperdht came to in the places of a scenario. */
export interface BareOutcome {
  /** From the start of the client to an echo, ms; undefined when none came. */
  echoMs: number | undefined
  /** Why its attempts failed, and how often each. */
  failures: Record<string, number>
}

const LISTENS_WITHIN_MS = 15_000
/** A punch between two steady NATs takes half a second. */
const ECHO_WITHIN_MS = 10_000

/** Bare hyperdht on both hosts of a scenario, beside the program. */
export class Bare {
  readonly #server: Program
  readonly #client: Program
  readonly #startedAtMs: number

  private constructor(server: Program, client: Program) {
    this.#server = server
    this.#client = client
    this.#startedAtMs = Date.now()
  }

  /** Undefined when the scenario asks for none. */
  static async start(stage: Stage, { bare, name }: Scenario): Promise<Bare | undefined> {
    if (bare === undefined) return undefined
    const server = stage.runBare('broadcaster', ['server', stage.bootstrap, name])
    await server.until('listening', LISTENS_WITHIN_MS)
    return new Bare(server, stage.runBare('listener', ['client', stage.bootstrap, name]))
  }

  /** Waits for what must come; ends both. */
  async leave(wanted: Scenario['bare']): Promise<BareOutcome> {
    if (wanted === 'connects') await this.#client.until('echo', ECHO_WITHIN_MS)
    await Promise.all([this.#client.stop(), this.#server.stop()])
    const echo = this.#client.last('echo')
    const failures: Record<string, number> = {}
    for (const { code } of this.#client.of('failed'))
      failures[String(code)] = (failures[String(code)] ?? 0) + 1
    return { echoMs: echo && echo.t - this.#startedAtMs, failures }
  }
}

/** What is wrong with a limit that bare hyperdht does not have, or with a comparison that compares nothing. */
export function judgeBare(wanted: Scenario['bare'], outcome: BareOutcome | undefined): string[] {
  if (wanted === undefined) return []
  if (outcome === undefined) return ['bare hyperdht was not even started']
  const { echoMs, failures } = outcome
  if (wanted === 'connects')
    return echoMs === undefined ? [`bare hyperdht did not connect: ${codes(failures)}`] : []
  if (echoMs !== undefined) return [`bare hyperdht connects after ${echoMs} ms: this is no limit of its own`]
  return Object.keys(failures).length > 0 ? [] : ['bare hyperdht came to no attempt that failed']
}

function codes(failures: BareOutcome['failures']): string {
  const said = Object.entries(failures).map(([code, times]) => `${code} ${times} x`)
  return said.join(', ') || 'it says nothing'
}
