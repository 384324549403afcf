import type { Command } from '@pearcast/engine/schema'

/** What the main process shows of the engine, outside the page. */
export interface EngineStatus {
  broadcast: { title: string; listeners: number } | null
  listening: { title: string; link: string } | null
  isMuted: boolean
}

export const IDLE: EngineStatus = { broadcast: null, listening: null, isMuted: false }

/** How the engine's process is started: one argument, in JSON. */
export interface EngineArguments {
  folder: string
  /** Where recordings go; in `folder` when left out. */
  recordings?: string | undefined
  bootstrap?: { host: string; port: number }[] | undefined
}

/** From the main process. With `page` comes a port. */
export type ToEngine =
  | { type: 'page' }
  | { type: 'open-link'; link: string }
  | { type: 'command'; command: Command }
  | { type: 'close' }

export type FromEngineProcess =
  { type: 'ready' } | { type: 'status'; status: EngineStatus } | { type: 'closed' }
