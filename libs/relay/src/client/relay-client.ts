import { createDriver, type MachineDriver } from '@pearcast/fsm'
import { type ControlMessage, LIMITS, type ParentHint, type Refused, toHex } from '@pearcast/protocol'
import { Lineage } from '../tree/lineage.ts'
import { TimerTable } from '../timer-table.ts'
import type { Misconduct } from '../trust/distrust.ts'
import type { CandidateNews } from './candidates.ts'
import type { Carrier } from './carriers.ts'
import { Inheritance } from './inheritance.ts'
import { clientMachine } from './machine.ts'
import { ParentChecks } from './parent-checks.ts'
import { ParentChoice } from './parent-choice.ts'
import { ParentLink } from './parent-link.ts'
import { ParentMail } from './parent-mail.ts'
import { ParentMedia } from './parent-media.ts'
import type { Beats, RelayClientOptions, Stretch } from './ports.ts'
import { SecondSearch } from './second-search.ts'
import type {
  ClientContext,
  ClientEffect,
  ClientEvent,
  ClientState,
  ClientTimer,
  SwitchCause,
} from './types.ts'

const REDIAL_JITTER_MS = 500
const NOBODY: readonly string[] = []
/** Where nobody can be asked, and attempts are under way. */
const LOOK_AGAIN_MS = 300
/** A place that the station serves and has not told of is asked for again after half of this. */
const UNTOLD_LIFETIME_MS = 6000

type Driver = MachineDriver<ClientContext, ClientEvent, ClientState>

/**
 * Finds parents and keeps two of them. Pure: link events, messages, frames and the time go in, effects come out through
 * `perform`. Call `advance` at `nextMs` at the latest.
 */
export class RelayClient {
  readonly lineage: Lineage = new Lineage()
  readonly #options: RelayClientOptions
  readonly #choice: ParentChoice
  readonly #mail: ParentMail
  readonly #media: ParentMedia
  readonly #checks: ParentChecks
  readonly #inheritance: Inheritance
  readonly #secondSearch: SecondSearch
  readonly #timers = new TimerTable<ClientTimer>()
  readonly #links = new Map<string, ParentLink>()
  readonly #driver: Driver
  #nowMs = 0
  #primary: string | undefined
  #next: string | undefined
  /** The station, while it serves us though it was given up: its link stands, and so does our place. */
  #givenUp: string | undefined

  constructor(options: RelayClientOptions) {
    this.#options = options
    const { isChild, perform, self } = options
    this.#choice = new ParentChoice({
      self,
      isChild,
      isParent: (key) => this.#links.has(key),
      lineage: this.lineage,
      primary: () => this.#primary,
      slots: () => options.slots().slots,
    })
    this.#mail = new ParentMail(options)
    this.#media = new ParentMedia(this.lineage, this, (event) => this.#send(event))
    const { lineage } = this
    const own = { links: this.#links, choice: this.#choice, mail: this.#mail, roles: this }
    this.#inheritance = new Inheritance({ ...own, slots: () => options.slots().slots })
    this.#checks = new ParentChecks({
      ...own,
      lineage,
      isStation: (key) => this.#isStation(key),
      jitterMs: () => this.#jitterMs(),
      send: (event) => this.#send(event),
      overdue: (link) => {
        this.#choice.failed(link.key, this.#nowMs)
        this.#drop(link)
      },
    })
    this.#secondSearch = new SecondSearch(() => perform({ type: 'search' }))
    this.#driver = createDriver(clientMachine, options.timing ?? {}, (effect) => this.#perform(effect))
  }

  get state(): ClientState {
    return this.#driver.snapshot().value
  }

  /** Transitions of its machine so far. */
  get transitions(): number {
    return this.#driver.taken
  }

  get primary(): string | undefined {
    return this.#primary
  }

  /** The parent that is to take over: it sends, but is not the primary yet. */
  get next(): string | undefined {
    return this.#next
  }

  /** Whether that one has shown by now that it sends what we have. */
  get nextSends(): boolean {
    return this.#media.nextSends
  }

  /** Why that one is to. */
  get cause(): SwitchCause {
    return this.#driver.snapshot().context.cause
  }

  get second(): string | undefined {
    return this.#driver.snapshot().context.second
  }

  /** The keys from the broadcaster to our parent, both included. */
  get ancestors(): readonly string[] {
    const parent = this.#primary === undefined ? undefined : this.#links.get(this.#primary)
    return parent === undefined ? NOBODY : parent.way
  }

  /** When `advance` wants to be called next. */
  get nextMs(): number {
    return Math.min(this.#timers.nextMs, this.#checks.nextMs)
  }

  start(nowMs: number): void {
    this.#nowMs = nowMs
    this.#checks.start(nowMs)
    this.#send({ type: 'START' })
  }

  stop(nowMs: number): void {
    this.#nowMs = nowMs
    this.#send({ type: 'STOP' })
    this.#checks.stop()
  }

  advance(nowMs: number): void {
    this.#nowMs = Math.max(nowMs, this.#nowMs)
    this.#checks.advance(nowMs)
    for (let id = this.#timers.take(nowMs); id !== undefined; id = this.#timers.take(nowMs)) {
      if (id === 'pick' && this.#findsNobody(nowMs)) this.#timers.start('pick', LOOK_AGAIN_MS, nowMs)
      else this.#send({ type: 'timer', id })
    }
  }

  /** Whether a pick would bring nothing: so many are asked already, or nobody is left, and somebody is asked. */
  #findsNobody(nowMs: number): boolean {
    const { joining, maxJoining } = this.#driver.snapshot().context
    return joining.length >= maxJoining || (joining.length > 0 && this.#choice.isExhausted(nowMs))
  }

  /** Our children came or went, or told of room below them: the parent hears of it if that makes a difference. */
  slotsChanged(nowMs: number): void {
    const link = this.#primary === undefined ? undefined : this.#links.get(this.#primary)
    if (link?.phase !== 'held') return
    this.#nowMs = nowMs
    if (this.#mail.roomChanged(link, nowMs)) this.#checks.soon(this.#nowMs)
  }

  /** We are about to go: until then no other parent is looked for, for it would be in vain. */
  stay(): void {
    this.#checks.stays = true
  }

  /**
   * We serve nobody any more, and our place is for this one.
   *
   * @param child its link to us, if it is a child of ours; otherwise it is dialled
   */
  handOver(heir: string, child: string | undefined, nowMs: number): void {
    this.#nowMs = nowMs
    const link = this.#primary === undefined ? undefined : this.#links.get(this.#primary)
    if (link?.phase !== 'held') return
    if (!this.#inheritance.handOver(link, heir, child, nowMs)) return
    const next = new ParentLink(heir, true, nowMs)
    next.isHeir = true
    this.#links.set(heir, next)
    this.#options.perform({ type: 'connect', key: heir })
    this.#checks.soon(this.#nowMs)
  }

  /** Somebody may carry the station: from the record, the topic of helpers, or a parent. */
  learn(news: CandidateNews, nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#choice.learn(news, nowMs)) this.#known()
  }

  /** A link that `connect` asked for is up and proven. */
  linkUp(
    key: string,
    news: { rttMs?: number | undefined; prefix?: string | undefined },
    nowMs: number,
  ): void {
    this.#nowMs = nowMs
    const link = this.#links.get(key)
    if (link === undefined || link.phase !== 'connecting') return
    this.#choice.note(key, news, nowMs)
    link.reserving(nowMs)
    this.#checks.soon(this.#nowMs)
    if (!link.isHeir) return this.#mail.reserve(link, nowMs)
    const { ancestors, primary } = this
    if (primary !== undefined) this.#mail.name(primary, ancestors.length - 1, key)
  }

  /** The link to a parent was replaced by another one to the same peer, who knows nothing of our place yet. */
  linkReplaced(key: string, nowMs: number): void {
    this.#nowMs = nowMs
    this.#forgotten(key)
    const link = this.#links.get(key)
    if (link === undefined) return
    link.watch.heard(nowMs)
    this.#mail.reserve(link, nowMs)
  }

  /** A link to this peer is there already, and costs nothing: whatever failed before, it may be asked now. */
  reachable(news: CandidateNews, nowMs: number): void {
    this.#nowMs = nowMs
    const isNew = this.#choice.learn(news, nowMs)
    this.#choice.worked(news.key)
    this.#choice.note(news.key, { freeSlots: 1 }, nowMs)
    if (this.#links.has(news.key)) return
    if (isNew || this.#primary === undefined) this.#known()
    if (this.#primary !== undefined) this.#send({ type: 'BETTER', key: news.key })
  }

  /** A link that `connect` asked for did not come up, or is gone. */
  linkDown(key: string, nowMs: number): void {
    this.#nowMs = nowMs
    this.#forgotten(key)
    const link = this.#links.get(key)
    if (link === undefined) return
    this.#links.delete(key)
    this.#choice.failed(key, nowMs)
    if (link.phase === 'held') this.#send({ type: 'LOST', key, jitterMs: this.#jitterMs() })
    else this.#send({ type: 'JOIN_FAILED', key })
  }

  /** A control message of a parent, or of one that is to become one. Others are not for the client. */
  message(key: string, message: ControlMessage, nowMs: number): void {
    this.#nowMs = nowMs
    const link = this.#links.get(key)
    switch (message.type) {
      case 'parents':
        // From a former parent, too: it says so while it refuses.
        if (this.#learnHints(key, message.parents)) this.#known()
        // Whom we asked for a place may know of one other only: that is no call.
        if (link === undefined || key === this.#primary) this.#inherit(message.parents)
        return this.#checks.soon(this.#nowMs)
      case 'ancestors':
        if (link !== undefined) this.#takeAncestors(link, message.keys.map(toHex))
        return
      case 'reserved':
        if (link !== undefined) this.#takePlace(link, message.lifetimeMs, message.freeSlots)
        return
      case 'refused':
        if (link !== undefined) this.#refused(link, message)
        return
      case 'bye':
        if (link?.phase === 'held') this.#withdrawn(link)
        return
      default:
        return
    }
  }

  #inherit(hints: readonly ParentHint[]): void {
    const key = this.#inheritance.claim(hints, this.#nowMs)
    if (key !== undefined) this.#send({ type: 'BETTER', key })
  }

  /** Returns true when there is somebody new to ask. */
  #learnHints(teller: string, hints: readonly ParentHint[]): boolean {
    let isNew = false
    for (const hint of hints) if (this.#choice.learnHint(teller, hint, this.#nowMs)) isNew = true
    return isNew
  }

  /**
   * A verified frame. Returns whether it may be passed on: it came by the way that makes us nearer to the source than
   * our children, or fills a hole behind it. Hot.
   */
  frame(key: string, run: number, seq: number, hops: number, isNew: boolean, nowMs: number): boolean {
    const link = this.#links.get(key)
    if (link === undefined) {
      if (key === this.#givenUp && this.#primary === undefined) this.#askAgain(key, nowMs)
      return false
    }
    this.#nowMs = nowMs
    // Its answer is on its way, or lost: what it sends says the same.
    if (key === this.#givenUp && link.phase === 'reserving') this.#hold(link, UNTOLD_LIFETIME_MS)
    if (run > this.lineage.run) this.#checks.newRun(nowMs)
    return this.#media.frame(link, run, seq, hops, isNew, nowMs)
  }

  /** Nobody is our parent, and the station sends to us: a cut is over before it has forgotten us. */
  #askAgain(key: string, nowMs: number): void {
    if (!this.#choice.hasFailed(key)) return
    this.#nowMs = nowMs
    this.#choice.worked(key)
    this.#known()
  }

  /** Verified frames at equal distances, told of at once: what `frame` does for each of them. */
  stretch(key: string, run: number, stretch: Stretch, nowMs: number): void {
    const link = this.#links.get(key)
    if (link === undefined) return
    this.#nowMs = nowMs
    if (run > this.lineage.run) this.#checks.newRun(nowMs)
    this.#media.stretch(link, run, stretch)
  }

  /** Heartbeats at equal distances, told of at once; `headSeq` is of the last one. */
  beats(key: string, { headSeq, count, everyMs, lastMs }: Beats): void {
    const watch = this.#links.get(key)?.watch
    watch?.heardStretch(count, everyMs, lastMs)
    watch?.claims(headSeq)
  }

  /**
   * Whether this parent is heard without a pause, and with whatever its source has, until `flowing` is called again.
   * Meanwhile it needs no regular look, and what came is told in stretches before anything else is.
   */
  flowing(key: string, flows: boolean, nowMs: number): void {
    const link = this.#links.get(key)
    if (link === undefined || link.watch.flowing === flows) return
    this.#nowMs = nowMs
    link.watch.flowing = flows
    this.#checks.soon(this.#nowMs)
  }

  /** Something that nobody needs: no sign of life, but it counts towards a flood. Hot. */
  useless(key: string, nowMs: number): void {
    this.#links.get(key)?.watch.useless(nowMs)
  }

  /** This parent was asked for frames that did not come. */
  asked(key: string, seqs: readonly number[]): void {
    const watch = this.#links.get(key)?.watch
    if (watch !== undefined) for (const seq of seqs) watch.asked(seq)
  }

  /** A heartbeat of a parent with the newest frame that it says it has. */
  beat(key: string, headSeq: number, nowMs: number): void {
    const watch = this.#links.get(key)?.watch
    watch?.heard(nowMs)
    watch?.claims(headSeq)
  }

  /** The peer did what no honest peer does, for instance sent a frame that does not verify. */
  guilty(key: string, reason: Misconduct, nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#isStation(key)) return
    const link = this.#links.get(key)
    if (link?.phase === 'held') return this.#send({ type: 'GUILTY', key, reason })
    if (!this.#choice.isDistrusted(key, nowMs)) this.#perform({ type: 'distrust', key, reason })
    if (link !== undefined) this.#drop(link)
  }

  /** Whether we hold a place at this peer, or are asking it for one. */
  isParent(key: string): boolean {
    return this.#links.has(key)
  }

  isDistrusted(key: string, nowMs: number): boolean {
    return this.#choice.isDistrusted(key, nowMs)
  }

  /** Who else carries the station, for whom we have no place ourselves: our parent, and whom it named. */
  hints(count: number): Carrier[] {
    return this.#choice.hints(count, this.#nowMs)
  }

  /** Who has a parent that speaks, or asks somebody already, looks for nobody. */
  #known(): void {
    const { context, value } = this.#driver.snapshot()
    if (context.joining.length > 0 || (value !== 'seeking' && value !== 'suspect')) return
    this.#send({ type: 'KNOWN' })
  }

  #takeAncestors(link: ParentLink, ancestors: readonly string[]): void {
    const { key } = link
    // It tells its way with every renewal: only another one is news, also to those below us.
    if (!link.tells(ancestors)) return
    link.watch.tellsDepth(ancestors.length)
    if (this.#choice.learnWay(link, this.#nowMs)) this.#known()
    if (link.phase !== 'held') return
    // A child on its way may be a warm second of ours: that one sees itself there, and goes.
    if (ancestors.includes(this.#options.self)) this.#drop(link)
    else if (key === this.#primary) this.#options.perform({ type: 'place', ancestors: this.ancestors })
  }

  #takePlace(link: ParentLink, lifetimeMs: number, freeSlots: number): void {
    const { key } = link
    this.#choice.note(key, { freeSlots }, this.#nowMs)
    link.withdrawn = false
    if (link.phase === 'held') return link.renewed(this.#nowMs, lifetimeMs)
    if (link.phase !== 'reserving') return
    if (this.#isLoop(link) || link.ancestors.length >= LIMITS.maxHops) {
      this.#choice.full(key, 'full', 5000, this.#nowMs)
      return this.#drop(link)
    }
    this.#hold(link, lifetimeMs)
  }

  #hold(link: ParentLink, lifetimeMs: number): void {
    const { key } = link
    this.#forgotten(key)
    link.hold(this.#nowMs, lifetimeMs)
    this.#choice.worked(key)
    this.#send({ type: 'JOINED', key, feeds: this.#options.feeds() })
    // The machine may have had no use for it any more.
    if (!this.#isUsed(key) && this.#links.delete(key)) this.#options.perform({ type: 'disconnect', key })
  }

  #refused(link: ParentLink, { reason, retryAfterMs }: Refused): void {
    const { key } = link
    this.#forgotten(key)
    const retryMs = Math.min(Math.max(retryAfterMs, 500), 60_000) + this.#jitterMs()
    const lied = this.#choice.full(key, reason, retryMs, this.#nowMs)
    if (link.phase === 'held') return this.#withdrawn(link)
    if (lied) this.#perform({ type: 'distrust', key, reason: 'lied-slots' })
    this.#drop(link)
  }

  /** It serves us for some seconds more, and need not. */
  #withdrawn(link: ParentLink): void {
    link.withdrawn = true
    if (!this.#checks.stays) this.#send({ type: 'WITHDRAWN', key: link.key })
  }

  /** We end it; to the machine it is as if it had ended. */
  #drop(link: ParentLink): void {
    const { key, phase } = link
    this.#links.delete(key)
    this.#options.perform({ type: 'disconnect', key })
    if (phase === 'held') this.#send({ type: 'LOST', key, jitterMs: this.#jitterMs() })
    else this.#send({ type: 'JOIN_FAILED', key })
  }

  /** What it sends from now on it sends for another reason, or over another link. */
  #forgotten(key: string): void {
    if (key === this.#givenUp) this.#givenUp = undefined
  }

  #isStation(key: string): boolean {
    return this.#options.isStation?.(key) === true
  }

  #isLoop({ ancestors }: ParentLink): boolean {
    return ancestors.some((key) => key === this.#options.self || this.#options.isChild(key))
  }

  #isUsed(key: string): boolean {
    const { joining, next, primary, second } = this.#driver.snapshot().context
    return [primary, second, next].includes(key) || joining.some((other) => other.key === key)
  }

  #jitterMs(): number {
    return this.#options.random() * REDIAL_JITTER_MS
  }

  #send(event: ClientEvent): void {
    this.#driver.send(event)
    const { next, primary } = this.#driver.snapshot().context
    if (next !== this.#next) this.#media.nextChanged()
    this.#primary = primary
    this.#next = next
    this.#checks.soon(this.#nowMs)
  }

  #perform(effect: ClientEffect): void {
    const { perform } = this.#options
    switch (effect.type) {
      case 'search':
        return perform({ type: 'search' })
      case 'pick': {
        const { role } = effect
        const { joining, maxJoining } = this.#driver.snapshot().context
        if (joining.length >= maxJoining) return
        const rests = role === 'second' && this.#secondSearch.rests()
        const mayAsk = ({ key }: { key: string }): boolean => !this.#links.has(key)
        const best = rests ? undefined : this.#choice.best(role, mayAsk, this.#nowMs)
        return this.#driver.send(
          best === undefined ? { type: 'NOBODY', role } : { type: 'FOUND', role, key: best.key },
        )
      }
      case 'join':
        this.#links.set(effect.key, new ParentLink(effect.key, effect.standby, this.#nowMs))
        return perform({ type: 'connect', key: effect.key })
      case 'abandon':
      case 'leave':
        if (effect.key === this.#next) this.#choice.slower(effect.key, this.#nowMs)
        if (effect.key === this.#primary && this.#isStation(effect.key)) this.#givenUp = effect.key
        if (this.#links.delete(effect.key)) perform({ type: 'disconnect', key: effect.key })
        return
      case 'activate':
        this.#links.get(effect.key)?.activate(this.#nowMs)
        return this.#mail.subscribe(effect.key, true)
      case 'rest':
        if (effect.key === this.#next) this.#choice.slower(effect.key, this.#nowMs)
        this.#links.get(effect.key)?.rest(this.#nowMs)
        return this.#mail.subscribe(effect.key, false)
      case 'adopt':
        this.#primary = effect.key
        if (effect.cause !== 'first') this.#choice.moved(effect.cause === 'better', this.#nowMs)
        perform({ type: 'parent', key: effect.key, cause: effect.cause })
        this.slotsChanged(this.#nowMs)
        return perform({ type: 'place', ancestors: this.ancestors })
      case 'orphaned':
        perform({ type: 'parent', key: undefined, cause: 'lost' })
        return perform({ type: 'place', ancestors: undefined })
      case 'distrust':
        // It is slow, or its line is: nobody else has the station if not the station.
        if (this.#isStation(effect.key)) return this.#choice.failed(effect.key, this.#nowMs)
        this.#choice.distrust(
          effect.key,
          effect.reason,
          this.#links.get(effect.key)?.watch.loss ?? 0,
          this.#nowMs,
        )
        return perform({ type: 'distrusted', key: effect.key, reason: effect.reason })
      case 'spare':
        return this.#secondSearch.found()
      case 'start-timer': {
        const factor = effect.id === 'spare' ? this.#secondSearch.restFactor : 1
        return this.#timers.start(effect.id, effect.ms * factor, this.#nowMs)
      }
      case 'stop-timer':
        return this.#timers.stop(effect.id)
    }
  }
}
