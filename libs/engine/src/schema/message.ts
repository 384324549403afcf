import type { Command } from './command.ts'
import type { EngineState } from './state.ts'

/** `id` counts up; the reply carries the same. */
export interface FromPage {
  type: 'command'
  id: number
  command: Command
}

/** What goes on air, ten times a second while on air. dBFS, -100 at the least. */
export interface Levels {
  peakDb: number
  rmsDb: number
  /** Samples were cut off within the last two seconds. */
  clipping: boolean
  /** How long it has been silent; 0: it is not. */
  silentMs: number
}

export type FromEngine =
  /** `run` is another one when the engine was started anew: what it did before is then to be asked for again. */
  | { type: 'hello'; version: number; run: string; state: EngineState }
  | { type: 'state'; state: EngineState }
  | { type: 'reply'; id: number; ok: true }
  | { type: 'reply'; id: number; ok: false; code: string; message: string }
  | { type: 'levels'; levels: Levels }
  /** The system gave the program a station's link to open. */
  | { type: 'open-link'; link: string }
