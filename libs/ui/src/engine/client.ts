import wasmUrl from '@evan/opus/wasm/simd.wasm?url'
import { signal } from '@preact/signals'
import {
  SCHEMA_VERSION,
  type Command,
  type EngineState,
  type FromEngine,
  type Levels,
} from '@pearcast/engine/schema'
import { restore } from './restore.ts'
import { openSession } from './session.ts'
import { startWorker } from './start-worker.ts'
import { askForPort, isInWindow, takePorts } from './window-port.ts'
import type { FromWorker, Heard, LinkState, ToWorker } from './worker-messages.ts'

type Reply = Extract<FromEngine, { type: 'reply' }>

/** What the page knows of its engine. */
export const link = signal<LinkState | 'opening' | 'denied' | 'version' | 'failed'>('opening')
/** When another engine took the place of one that ended; undefined when that has been read. */
export const restartedAtMs = signal<number | undefined>(undefined)
export const failure = signal('')
export const state = signal<EngineState | undefined>(undefined)
/** The link of a station that the system gave to the program, until the page has seen to it. */
export const openedLink = signal<string | undefined>(undefined)
export const heard = signal<Heard | undefined>(undefined)
/** Of what is listened to, 0..1. */
export const level = signal(0)
/** Of what goes on air. */
export const programme = signal<Levels | undefined>(undefined)

const replies = new Map<number, (reply: Reply) => void>()
let commands = 0
let run: string | undefined
let worker: Worker | undefined

export async function connect(): Promise<void> {
  if (isInWindow) return connectInWindow()
  const secret = await openSession()
  if (secret === undefined) {
    link.value = 'denied'
    return
  }
  startListening()
  const url = `${location.origin.replace('http', 'ws')}/engine`
  const protocols = ['pearcast.engine.1', `secret.${secret}`]
  post({ type: 'open', link: { url, protocols }, wasm: wasmUrl })
}

function connectInWindow(): void {
  takePorts((port) => {
    if (worker !== undefined) return post({ type: 'port', port }, [port])
    startListening()
    post({ type: 'open', link: { port }, wasm: wasmUrl }, [port])
  })
  askForPort()
}

function startListening(): void {
  worker = startWorker()
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => take(data))
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
      if (message.state === 'connecting' && isInWindow) askForPort()
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
      return meet(message.run, message.state)
    case 'state':
      return show(message.state)
    case 'levels':
      programme.value = message.levels
      return
    case 'open-link':
      openedLink.value = message.link
      return
    case 'reply':
      replies.get(message.id)?.(message)
      replies.delete(message.id)
  }
}

/** One that was started anew knows nothing of what the last one did: it is told. */
function meet(newRun: string, next: EngineState): void {
  const before = run !== undefined && run !== newRun ? state.value : undefined
  run = newRun
  show(next)
  if (before === undefined) return
  restartedAtMs.value = Date.now()
  for (const reply of replies.values()) reply({ type: 'reply', id: 0, ok: false, code: 'LOST', message: '' })
  replies.clear()
  void restore(before, command)
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
