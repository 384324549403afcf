import type { Engine } from '../engine.ts'
import type { Command } from '../schema/command.ts'
import { decodeDown, encodePcm, SLOT_SAMPLES, type DownMessage } from '../schema/media.ts'
import type { FromEngine } from '../schema/message.ts'
import type { EnginePort } from '../schema/port.ts'
import type { EngineState } from '../schema/state.ts'

type Reply = Extract<FromEngine, { type: 'reply' }>

/** A page without a browser: a port of an engine, and what came down it. */
export class FakePage {
  readonly media: DownMessage[] = []
  state: EngineState
  closedFor: string | undefined
  readonly #port: EnginePort
  readonly #replies = new Map<number, (reply: Reply) => void>()
  #id = 0
  #seq = 0

  constructor(engine: Engine) {
    this.state = engine.state
    this.#port = {
      send: (message) => this.#take(message),
      bufferedBytes: 0,
      onmessage: undefined,
      onclose: undefined,
      close: (reason) => (this.closedFor = reason ?? 'closed'),
    }
    engine.attach(this.#port)
  }

  command(command: Command): Promise<Reply> {
    return this.say(JSON.stringify({ type: 'command', id: ++this.#id, command }), this.#id)
  }

  say(text: string, id: number): Promise<Reply> {
    return new Promise((resolve) => {
      this.#replies.set(id, resolve)
      this.#port.onmessage?.(text)
    })
  }

  /** 20 ms of one level in a slot. */
  capture(slot: number, level: number): void {
    const pcm = new Float32Array(SLOT_SAMPLES).fill(level)
    this.#port.onmessage?.(encodePcm({ seq: this.#seq++, inputs: [{ slot, pcm }] }))
  }

  reload(): void {
    this.#port.onclose?.()
  }

  frames(): Extract<DownMessage, { kind: 'frame' }>[] {
    return this.media.filter((message) => message.kind === 'frame')
  }

  #take(message: string | Uint8Array): void {
    if (typeof message !== 'string') {
      const media = decodeDown(message)
      if (media !== undefined) this.media.push(media)
      return
    }
    const told: FromEngine = JSON.parse(message)
    if (told.type === 'hello' || told.type === 'state') this.state = told.state
    if (told.type === 'reply') this.#replies.get(told.id)?.(told)
  }
}
