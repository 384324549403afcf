import { nowUs } from '../clock.ts'
import type { Carrier } from './carrier.ts'
import type { DirectLink } from './direct-link.ts'
import type { Intake } from './intake.ts'
import type { Liveness } from './liveness.ts'
import type { TreeSide } from './tree-side.ts'
import type { TunerPlayer } from './tuner-options.ts'
import type { Upstream } from './upstream.ts'

export interface UpkeepOptions {
  intake: Intake
  treeSide: TreeSide
  carrier: Carrier
  liveness: Liveness
  player: TunerPlayer
  /** The link to the station itself. */
  direct: () => DirectLink | undefined
}

const TICK_MS = 10
/** Every tenth tick: liveness, paths and what the hop shows of itself. */
const TICKS_PER_CHECK = 10
const TICKS_PER_SECOND = 100

/** What a tuner does now and then, on one timer: repairs that are due, reports, judgements of silence. */
export class Upkeep {
  readonly #options: UpkeepOptions
  #timer: NodeJS.Timeout | undefined
  #ticks = 0

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  start(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const { branch, peer } = this.#options.treeSide
    const now = nowUs()
    if (peer.nextMs <= now / 1000) peer.advance(now / 1000)
    this.#requestRepair(now)
    this.#ticks++
    if (this.#ticks % TICKS_PER_CHECK === 0) this.#check(now)
    if (this.#ticks % TICKS_PER_SECOND !== 0) return
    branch?.audience.tick(now / 1000)
    branch?.consider()
  }

  #requestRepair(now: number): void {
    const { intake, player, treeSide } = this.#options
    if (intake.repair.missing === 0) return
    const due = intake.repair.due(now)
    if (due.length === 0) return
    player.awaitRepair()
    const upstream = this.#upstream
    if (upstream === undefined) return
    upstream.requestRepair(due)
    treeSide.peer.client.asked(upstream.key, due)
  }

  #check(now: number): void {
    const { carrier, direct, intake, liveness, player, treeSide } = this.#options
    treeSide.branch?.audience.beat(undefined, now / 1000)
    player.tuneRepair(intake)
    const upstream = this.#upstream
    if (upstream === undefined) return
    if (!carrier.isRelayed) direct()?.paths.tick(now, liveness.quiet)
    upstream.reportIfDue(now)
    liveness.check(now)
  }

  /** The link that brings the audio. */
  get #upstream(): Upstream | undefined {
    const { carrier, direct, treeSide } = this.#options
    return carrier.relayKey === undefined ? direct()?.upstream : treeSide.upstream(carrier.relayKey)
  }
}
