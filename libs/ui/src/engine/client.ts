import wasmUrl from '@evan/opus/wasm/simd.wasm?url'
import { signal } from '@preact/signals'
import {
  SCHEMA_VERSION,
  type Command,
  type EngineState,
  type FromEngine,
  type Levels,
} from '@pearcast/engine/schema'
import { openSession } from './session.ts'
import { startWorker } from './start-worker.ts'
import type { FromWorker, Heard, LinkState, ToWorker } from './worker-messages.ts'

type Reply = Extract<FromEngine, { type: 'reply' }>

/** What the page knows of its engine. */
export const link = signal<LinkState | 'opening' | 'denied' | 'version' | 'failed'>('opening')
export const failure = signal('')
export const state = signal<EngineState | undefined>(undefined)
export const heard = signal<Heard | undefined>(undefined)
/** Of what is listened to, 0..1. */
export const level = signal(0)
/** Of what goes on air. */
export const programme = signal<Levels | undefined>(undefined)

const replies = new Map<number, (reply: Reply) => void>()
let commands = 0
let worker: Worker | undefined

export async function connect(): Promise<void> {
  const secret = await openSession()
  if (secret === undefined) {
    link.value = 'denied'
    return
  }
  worker = startWorker()
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => take(data))
  const url = `${location.origin.replace('http', 'ws')}/engine`
  post({ type: 'open', url, protocols: ['pearcast.engine.1', `secret.${secret}`], wasm: wasmUrl })
}

export function post(message: ToWorker, transfer: Transferable[] = []): void {
  worker?.postMessage(message, transfer)
}

/** Resolves with the engine's answer; what it changed is in `state` by then. */
export function command(what: Command): Promise<Reply> {
  const id = ++commands
  post({ type: 'send', message: { type: 'command', id, command: what } })
  return new Promise((resolve) => replies.set(id, resolve))
}

function take(message: FromWorker): void {
  switch (message.type) {
    case 'link':
      if (link.value !== 'version') link.value = message.state
      if (message.state !== 'open') forgetSound()
      return
    case 'heard':
      heard.value = message.heard
      return
    case 'level':
      level.value = message.peak
      return
    case 'failed':
      failure.value = message.message
      link.value = 'failed'
      return
    case 'engine':
      return takeFromEngine(message.message)
  }
}

function takeFromEngine(message: FromEngine): void {
  switch (message.type) {
    case 'hello':
      if (message.version !== SCHEMA_VERSION) link.value = 'version'
      return show(message.state)
    case 'state':
      return show(message.state)
    case 'levels':
      programme.value = message.levels
      return
    case 'reply':
      replies.get(message.id)?.(message)
      replies.delete(message.id)
  }
}

function show(next: EngineState): void {
  state.value = next
  if (next.listening === null) forgetSound()
  if (next.broadcast?.phase !== 'on-air') programme.value = undefined
}

function forgetSound(): void {
  heard.value = undefined
  level.value = 0
}
