import type { BroadcastEvent, ListenEvent } from '@pearcast/station'
import { BroadcastView } from '../broadcast/broadcast-view.ts'
import type { Leg } from '../events.ts'
import { ListenView } from '../listen/listen-view.ts'
import { showLive } from '../terminal/live.ts'
import type { Line, Output } from '../terminal/output.ts'
import type { TimedEvent } from './child-command.ts'

/** Where nothing can be painted over, a line so often says that it still plays. */
const PLAIN_EVERY_MS = 2_000

/** Both processes of a leg as people see them: a status line each, and a line for what goes wrong. */
export class DemoScreen {
  readonly #output: Output
  readonly #leg: Leg
  readonly #broadcast: BroadcastView
  readonly #listen: ListenView
  #isListening = false
  #end: (() => void) | undefined

  constructor(output: Output, leg: Leg, durationS: number) {
    this.#output = output
    this.#leg = leg
    this.#broadcast = new BroadcastView(output.colors)
    this.#listen = new ListenView(output.colors, durationS)
  }

  open(): void {
    this.#end = showLive(this.#output, { lines: () => this.#lines(), plainEveryMs: PLAIN_EVERY_MS })
  }

  close(): void {
    this.#end?.()
    this.#end = undefined
  }

  takeBroadcast(event: TimedEvent<BroadcastEvent>): void {
    this.#troubles('broadcast', this.#broadcast.apply(event, event.t))
  }

  takeListen(event: TimedEvent<ListenEvent>): void {
    this.#isListening = event.event !== 'ended'
    this.#troubles('listen', this.#listen.apply(event, event.t))
  }

  #lines(): string[] {
    const { bold, dim } = this.#output.colors
    const now = Date.now()
    const label = (name: string): string => `${bold(this.#leg)} ${dim(name)}  `
    const broadcast = label('broadcast') + this.#broadcast.statusLine(now)
    const listen = label('listen   ') + (this.#isListening ? this.#listen.statusLine(now) : dim('…'))
    // A log needs the listener's line only: nothing of the broadcaster's changes while it plays.
    if (!this.#output.isLive) return this.#isListening ? [listen] : []
    return [broadcast, listen]
  }

  #troubles(name: string, lines: readonly Line[]): void {
    for (const { level, text } of lines) {
      if (level === 'warn' || level === 'error') this.#output.line('warn', `${this.#leg} ${name}: ${text}`)
    }
  }
}
